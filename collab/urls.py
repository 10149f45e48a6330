from django.urls import path

from collab.views import health, home

urlpatterns = [
    path("", home.my_work, name="my_work"),
    path("c/<slug:collaborative>/", home.collaborative, name="collaborative"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
