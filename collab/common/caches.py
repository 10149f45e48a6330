"""A cache in Redis that a Redis outage slows down and does not stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = structlog.get_logger(__name__)


class SteadyRedisCache(RedisCache):
    """While Redis can not be reached, each process keeps the values itself.

    The cache counts attempts to sign in: those limits then hold for each process instead of for all together, and
    people can still sign in and submit their month.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("while-redis-is-away", {})

    def _either(self, in_redis: Callable[..., Any], in_process: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return in_redis(*args, **kwargs)
        except (RedisConnectionError, RedisTimeoutError) as error:
            log.warning("cache_not_reachable", error=str(error))
            return in_process(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._either(super().add, self._own.add, *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._either(super().get, self._own.get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._either(super().set, self._own.set, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._either(super().incr, self._own.incr, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._either(super().touch, self._own.touch, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._either(super().delete, self._own.delete, *args, **kwargs)
