from django.conf import settings
from django.urls import path, re_path
from django.views.static import serve

from notes import desk, views

urlpatterns = [
    path("", views.home),
    path("health/", views.health),
    path("notes/", views.notes),
    path("version", views.version),
    path("login/", desk.login),
    path("desk/", desk.desk),
    path("desk/files/", desk.add),
    path("desk/files/<uuid:key>/", desk.file),
    # A web server's work; here the application does it, so that a test needs none.
    re_path(r"^static/(?P<path>.+)$", serve, {"document_root": settings.STATIC_ROOT}),
    re_path(r"^media/(?P<path>.+)$", serve, {"document_root": settings.MEDIA_ROOT}),
]
