import os

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from config import faults


class Live(AsyncJsonWebsocketConsumer):
    """Greets with its release, and repeats what one client says to all."""

    async def connect(self):
        await self.accept()
        await self.channel_layer.group_add("live", self.channel_name)
        await self.send_json({"release": faults.RELEASE, "pid": os.getpid()})

    async def receive_json(self, content, **_):
        await self.channel_layer.group_send("live", {"type": "said", "content": content})

    async def said(self, event):
        await self.send_json({"said": event["content"]})

    async def disconnect(self, code):
        await self.channel_layer.group_discard("live", self.channel_name)
