"""Liveness, readiness and metrics of the API."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from query_api.dependencies import Held
from query_api.responses import Status
from query_api.settings import SERVICE
from query_api.store.database import StoreError
from runtime.metrics import READY

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the process answers")
def healthz() -> Status:
    """Alive: the API has no loop of its own that could stand still."""
    return Status(status="ok")


@router.get("/readyz", summary="Whether the store answers")
def readyz(held: Held) -> Status:
    """Ready while the store can be read; without Kafka what is stored is still served."""
    try:
        held.repository.ping()
    except StoreError:
        READY.labels(SERVICE).set(0)
        raise
    READY.labels(SERVICE).set(1)
    return Status(status="ok")


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
def metrics() -> Response:
    """The metrics in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
