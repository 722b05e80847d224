import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.circuit.test_law_two import Circuit


@pytest.mark.django_db
def test_hunt():
    run_state_machine_as_test(
        Circuit,
        settings=settings(
            max_examples=250,
            stateful_step_count=100,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
