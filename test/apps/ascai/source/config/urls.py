from django.urls import path

from association import views
from association.login import Login

urlpatterns = [
    path("", views.home),
    path("health/", views.health),
    path("version", views.version),
    path("members/", views.members),
    path("documents/", views.documents),
    path("login/", Login.as_view()),
    path("scheduler/", views.scheduler),
    path("tasks/", views.start_task),
    path("tasks/<uuid:key>/", views.task),
]
