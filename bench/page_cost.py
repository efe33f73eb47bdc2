"""What each page costs: `python -m bench.page_cost FOLDER [--rounds 20] [--profile ROUTE] [--url URL]`.

FOLDER is one that `bench.load_pages --keep` filled. Pages are asked one after the other in this process, without a server: the
figures are milliseconds of processor and statements of SQL a request, which hardly depend on what else the machine does.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import random
import statistics
import time
from collections import defaultdict
from dataclasses import replace
from itertools import islice
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import Engine, event

from api.app import create_app
from api.cookies import SESSION_COOKIE
from bench.load_data import secret_key_of, sign_in
from bench.load_users import Step, keys_of, walk
from bootstrap.connections import zeebe_client
from bootstrap.pages import api_services
from cli.api import COLLECT_AFTER
from history.database import open_engine
from settings import Settings

# Nobody listens there.
NOBODY = "127.0.0.1:1"
STEPS = 12


async def measure(options: argparse.Namespace, engine: Engine) -> None:
    secret = secret_key_of(options.folder)
    settings = Settings(
        data_dir=options.folder, zeebe_address=NOBODY, secret_key=SecretStr(secret), requests_per_minute=0, redis_url=None
    )
    people, keys = sign_in(engine, 4, secret), keys_of(engine)
    statements = 0

    def count(*_call: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(engine, "before_cursor_execute", count)
    async with zeebe_client(settings, patience_seconds=0) as client:
        services = api_services(settings, engine, client)
        application = create_app(replace(services, limits=()))
        cost: dict[str, list[float]] = defaultdict(list)
        asked: dict[str, int] = {}
        profile = cProfile.Profile()
        for roles, cookie in people[1:]:
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://penstock.test", cookies={SESSION_COOKIE: cookie}
            ) as browser:
                dice = random.Random(1)
                for step in islice(walk(roles, keys, dice), STEPS * options.rounds):
                    if step.method != "GET":
                        continue
                    before, began = statements, time.process_time()
                    answer = await _ask(browser, step, profile if step.route == options.profile else None)
                    cost[step.route].append((time.process_time() - began) * 1000)
                    asked[step.route] = statements - before
                    if answer.is_error:
                        print(f"{step.path}: {answer.status_code} {answer.text[:300]}")
    print(f"  {'route':34}{'number':>8}{'median':>8}{'longest':>9}  ms of processor   statements")
    for route, values in sorted(cost.items(), key=lambda each: -statistics.median(each[1])):
        print(f"  {route:34}{len(values):>8}{statistics.median(values):>8.1f}{max(values):>9.1f}{asked[route]:>22}")
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


async def _ask(browser: httpx.AsyncClient, step: Step, profile: cProfile.Profile | None) -> httpx.Response:
    if profile is None:
        return await browser.get(step.path)
    profile.enable()
    try:
        return await browser.get(step.path)
    finally:
        profile.disable()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--profile", default="")
    parser.add_argument("--url")
    options = parser.parse_args()
    # As in the api process.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    engine = open_engine(options.url or f"sqlite:///{options.folder / 'penstock.db'}")
    asyncio.run(measure(options, engine))
    engine.dispose()


if __name__ == "__main__":
    main()
