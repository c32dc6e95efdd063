"""Asks an MCP server what standard input says, and prints what it answered.

client.py URL MODE        over HTTP, with the headers in HEADERS (a JSON object)
client.py - MODE COMMAND  over the standard input and output of a command, with its environment in ENVIRONMENT

MODE is how the version is agreed on: `auto`, `legacy`, or a version. Standard input is a JSON array of steps, such as
{"call": "kpis", "arguments": {}}, {"read": "runbooks://comp-acme"}, {"list": "tools"}.
"""

import asyncio
import json
import os
import sys

import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client


async def step(client, asked):
    if "call" in asked:
        return await client.call_tool(asked["call"], asked.get("arguments", {}))
    if "read" in asked:
        return await client.read_resource(asked["read"])
    return await {
        "tools": client.list_tools,
        "resources": client.list_resources,
        "templates": client.list_resource_templates,
    }[asked["list"]]()


async def ask(server, mode, steps):
    answers = []
    async with Client(server, mode=mode) as client:
        for asked in steps:
            try:
                answer = await step(client, asked)
                answers.append(answer.model_dump(mode="json", by_alias=True, exclude_none=True))
            except Exception as error:  # What the protocol refuses is an answer too.
                answers.append({"refused": str(error)})
        return {"version": client.protocol_version, "answers": answers}


async def main():
    url, mode, *command = sys.argv[1:]
    steps = json.load(sys.stdin)
    if command:
        environment = json.loads(os.environ["ENVIRONMENT"])
        server = StdioServerParameters(command=command[0], args=command[1:], env=environment)
        return await ask(server, mode, steps)
    headers = json.loads(os.environ["HEADERS"])
    async with httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http:
        return await ask(streamable_http_client(url, http_client=http), mode, steps)


print(json.dumps(asyncio.run(main())))
