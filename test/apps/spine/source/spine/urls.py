from django.conf import settings
from django.urls import path, re_path
from django.views.static import serve

from notes import views

urlpatterns = [
    path("", views.home),
    path("health/", views.health),
    path("notes/", views.notes),
    path("version", views.version),
    # A web server's work; here the application does it, so that a test needs none.
    re_path(r"^static/(?P<path>.+)$", serve, {"document_root": settings.STATIC_ROOT}),
    re_path(r"^media/(?P<path>.+)$", serve, {"document_root": settings.MEDIA_ROOT}),
]
