"""A bare `websockets` echo server: the yardstick. `python -m bench.echo PORT`."""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol


async def _echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def main(port: int) -> None:
    """Serve until killed."""
    offered = [Subprotocol("ocpp1.6")]
    async with serve(_echo, "127.0.0.1", port, compression=None, subprotocols=offered, max_size=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
