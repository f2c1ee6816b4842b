"""What people do in a browser: log in, upload a file, read it, delete it. Django's own CSRF protection guards each form."""

import hashlib
import hmac
import uuid

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.html import escape
from django.views.decorators.http import require_GET, require_http_methods, require_POST


def form(request, action, fields):
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
    return f'<form method="post" enctype="multipart/form-data" action="{action}">{token}{fields}<button>Go</button></form>'


def members(view):
    def guarded(request, **more):
        return view(request, **more) if "name" in request.session else redirect("/login/")

    return guarded


@require_http_methods(["GET", "POST"])
def login(request):
    if request.method == "GET":
        return HttpResponse(form(request, "/login/", '<input name="name"><input name="password" type="password">'))
    right = settings.DESK_PASSWORD.encode()
    if not right or not hmac.compare_digest(request.POST.get("password", "").encode(), right):
        return HttpResponse("wrong password", status=403)
    request.session["name"] = request.POST.get("name", "")
    return HttpResponseRedirect("/desk/")


@require_GET
@members
def desk(request):
    upload = form(request, "/desk/files/", '<input name="title"><input name="file" type="file">')
    return HttpResponse(f"<h1>Hello {escape(request.session['name'])}</h1>{upload}")


@require_POST
@members
def add(request):
    file = request.FILES["file"]
    key = uuid.uuid4()
    content = file.read()
    folder = settings.MEDIA_ROOT / "desk"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(key)).write_bytes(content)
    said = {"id": str(key), "title": request.POST.get("title"), "name": file.name, "type": file.content_type}
    return JsonResponse({**said, "sha256": hashlib.sha256(content).hexdigest()}, status=201)


@require_http_methods(["GET", "DELETE"])
@members
def file(request, key):
    path = settings.MEDIA_ROOT / "desk" / str(key)
    if not path.is_file():
        return HttpResponse(status=404)
    if request.method == "DELETE":
        path.unlink()
        return HttpResponse(status=204)
    return JsonResponse({"id": str(key), "bytes": path.stat().st_size})
