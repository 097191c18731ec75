"""Dates as people write them, and why some are none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digestgen import moments
from digestgen.moments import Written, read_moment


def written(text: str) -> tuple[str, bool]:
    moment = read_moment(text)
    assert isinstance(moment, Written), moment
    return moment.at.isoformat(), moment.timed


@pytest.mark.parametrize(
    ("text", "iso", "timed"),
    [
        ("2024-05-03", "2024-05-03T00:00:00", False),
        ("2020-12-2", "2020-12-02T00:00:00", False),
        ("2024-5-3", "2024-05-03T00:00:00", False),
        ("2024-05-03 14:00", "2024-05-03T14:00:00", True),
        ("2024-05-03 9:05", "2024-05-03T09:05:00", True),
        ("2024-05-03T14:00:05", "2024-05-03T14:00:05", True),
        ("2024-05-03t14:00z", "2024-05-03T14:00:00+00:00", True),
        ("2024-05-03T10:00Z", "2024-05-03T10:00:00+00:00", True),
        ("2024-05-03 10:00 UTC", "2024-05-03T10:00:00+00:00", True),
        ("2024-05-03 10:00:00 GMT", "2024-05-03T10:00:00+00:00", True),
        ("2013-03-12 12:24:59 -0400", "2013-03-12T12:24:59-04:00", True),
        ("2024-05-03T14:00:05.123456+02:00", "2024-05-03T14:00:05+02:00", True),
        ("2024-05-03 14:00 +02", "2024-05-03T14:00:00+02:00", True),
        ("2024-05-03 14:00+0530", "2024-05-03T14:00:00+05:30", True),
        ("2024-02-29", "2024-02-29T00:00:00", False),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00", True),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, iso: str, timed: bool) -> None:
    assert written(text) == (iso, timed)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-02-30", "2024-02-30 does not exist: that month has 29 days"),
        ("2023-2-29", "2023-2-29 does not exist: that month has 28 days"),
        ("2024-04-31 10:00", "2024-04-31 does not exist: that month has 30 days"),
        ("2024-12-32", "2024-12-32 does not exist: that month has 31 days"),
        ("2024-13-01", "2024-13-01 does not exist: there is no month 13"),
        ("2024-00-01", "2024-00-01 does not exist: there is no month 0"),
        ("0000-01-01", "0000-01-01 does not exist"),
        ("0001-01-01", "the year 0001 is out of range"),
        ("9999-12-31", "the year 9999 is out of range"),
        ("9999-12-32", "9999-12-32 does not exist: that month has 31 days"),
        ("2024-05-03 24:00", "there is no time 24:00"),
        ("2024-05-03 12:60:00", "there is no time 12:60:00"),
        ("2024-05-03 12:00:61", "there is no time 12:00:61"),
        ("2024-05-03 12:00 +24:00", "+24:00 is no offset from UTC"),
        ("2024-05-03 14", "`2024-05-03 14` is not a date"),
        ("3 May 2024", "`3 May 2024` is not a date"),
        ("03.05.2024", "`03.05.2024` is not a date"),
        ("2024-05-03 14:00 CEST", "`2024-05-03 14:00 CEST` is not a date"),
        ("٢٠٢٤-٠٥-٠٣", "`٢٠٢٤-٠٥-٠٣` is not a date"),
        ("2024-05-03 ", "`2024-05-03 ` is not a date"),
    ],
)
def test_what_is_no_date_is_told_why(text: str, why: str) -> None:
    assert read_moment(text) == why


@given(
    st.datetimes(datetime.fromisoformat("1000-01-01"), datetime.fromisoformat("9998-12-31")),
    st.integers(-14 * 60, 14 * 60),
)
def test_every_moment_in_iso_8601_is_read_as_itself(at: datetime, minutes: int) -> None:
    at = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_moment(at.isoformat()) == Written(at, timed=True)


@given(st.dates(date(1000, 1, 1), date(9998, 12, 31)))
def test_every_day_is_read_as_its_midnight(on: date) -> None:
    assert read_moment(f"{on.year}-{on.month}-{on.day}") == Written(datetime.fromisoformat(on.isoformat()), timed=False)


@given(st.text(max_size=40) | st.from_regex(moments._MOMENT, fullmatch=True))
def test_no_text_makes_the_reader_of_dates_raise(text: str) -> None:
    moment = read_moment(text)
    if isinstance(moment, Written):
        moment.at.replace(tzinfo=moment.at.tzinfo or UTC).astimezone(timezone(timedelta(hours=-23)))
    else:
        assert moment
