"""GOV.UK Notify's rule for two SMS providers, as a model to compare with: points, trips and steps back.

Weights at rest 51/49. 50 errors within 60 s take 10 points, at most once a minute. Every minute: where 15 % of the last 15
minutes' messages took more than 5 minutes, 10 points, at most once in 5 minutes, unless all providers are slow. Every 5
minutes: where nothing was touched for 15, 10 points back towards rest.
"""

from collections import deque

REST = {"one": 51, "two": 49}
SLOW_S, LOOKED_BACK_S = 300, 900


class NotifyRule:
    """The same words as our balance, so that one story can be told to both."""

    def __init__(self):
        self.points = dict(REST)
        self.turns = dict.fromkeys(REST, 0.0)
        self.errors = {name: deque() for name in REST}
        self.sent_at = {name: {} for name in REST}
        self.took = {name: deque() for name in REST}
        self.tripped_at = self.slowed_at = self.touched_at = -1e9

    def share(self, name):
        return self.points[name] / 100

    def pick(self, ready, now):
        for name in ready:
            self.turns[name] += self.points[name]
        chosen = max(ready, key=lambda name: self.turns[name])
        self.turns[chosen] -= sum(self.points[name] for name in ready)
        return chosen

    def begins(self, name, now):
        pass

    def heard(self, name, now, *, good):
        errors = self.errors[name]
        if not good:
            errors.append(now)
        while errors and errors[0] <= now - 60:
            errors.popleft()
        if len(errors) >= 50 and now - self.tripped_at >= 60:
            self.tripped_at = now
            self._move(name, now)

    def sent(self, name, attempt, now):
        self.sent_at[name][attempt] = now

    def received(self, attempt, now, *, delivered):
        for name, waiting in self.sent_at.items():
            if (at := waiting.pop(attempt, None)) is not None:
                self.took[name].append((at, now - at > SLOW_S))

    def review(self, now):
        if now % 60 == 0:
            slow = [name for name in REST if self._is_slow(name, now)]
            if len(slow) == 1 and now - self.slowed_at >= 300:
                self.slowed_at = now
                self._move(slow[0], now)
        if now % 300 == 0 and now - self.touched_at >= 900 and self.points != REST:
            self.touched_at = now
            low = min(REST, key=lambda name: self.points[name] - REST[name])
            self._shift(low, min(10, REST[low] - self.points[low]))

    def _is_slow(self, name, now):
        recent = [slow for at, slow in self.took[name] if at > now - LOOKED_BACK_S]
        waiting = [now - at > SLOW_S for at in self.sent_at[name].values() if at > now - LOOKED_BACK_S]
        seen = [*recent, *waiting]
        return bool(seen) and sum(seen) >= 0.15 * len(seen)

    def _move(self, name, now):
        self.touched_at = now
        self._shift(name, -min(10, self.points[name]))

    def _shift(self, name, points):
        other = "two" if name == "one" else "one"
        self.points[name] += points
        self.points[other] -= points
