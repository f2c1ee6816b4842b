import os

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from analyses.models import Analysis
from analyses.tasks import STEPS, group
from config import faults


class Hello(AsyncJsonWebsocketConsumer):
    """Greets with its release."""

    async def connect(self):
        await self.accept()
        await self.send_json({"type": "hello", "release": faults.RELEASE, "pid": os.getpid()})


class Progress(AsyncJsonWebsocketConsumer):
    """Follows an analysis of the person who asks: how far it is now, then each step when it is done."""

    async def connect(self):
        self.key = self.scope["url_route"]["kwargs"]["key"]
        mine = Analysis.objects.filter(pk=self.key, owner_id=self.scope["user"].pk)
        if not await mine.aexists():
            await self.close()
            return
        # first: no step may fall between the look and the listening
        await self.channel_layer.group_add(group(self.key), self.channel_name)
        await self.accept()
        now = await mine.aget()
        await self.send_json({"type": "progress", "status": now.status, "done": now.done, "of": STEPS})

    async def said(self, event):
        await self.send_json(event["content"])

    async def disconnect(self, code):
        await self.channel_layer.group_discard(group(self.key), self.channel_name)
