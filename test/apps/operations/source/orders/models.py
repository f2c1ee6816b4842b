from django.db import models

from orders.total import total


class Order(models.Model):
    number = models.CharField(max_length=20, unique=True)
    # `[price in cents, count]` of each line
    lines = models.JSONField(default=list)

    def total(self):
        return total(self.lines)
