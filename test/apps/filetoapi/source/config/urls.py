from django.urls import path

from datasets import views

urlpatterns = [
    path("", views.home),
    path("health/", views.health),
    path("version", views.version),
    path("api/datasets/", views.datasets),
    path("api/datasets/<int:key>/", views.rows),
]
