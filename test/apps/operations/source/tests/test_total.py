import pytest

from orders.total import total


@pytest.mark.parametrize(("lines", "cents"), [([], 0), ([(250, 2)], 500), ([(250, 2), (1, 3)], 503)])
def test_lines_are_added_up(lines, cents):
    assert total(lines) == cents


def test_fewer_than_none_are_refused():
    with pytest.raises(ValueError, match="fewer than none"):
        total([(250, -1)])
