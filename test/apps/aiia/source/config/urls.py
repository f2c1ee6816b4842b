from django.urls import path

from lessons import views

urlpatterns = [
    path("", views.home),
    path("health/", views.health),
    path("version", views.version),
]
