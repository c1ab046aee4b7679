import socket

from deploy.local.ports import LOOPBACK, free_port, is_free


def test_a_free_port_can_be_listened_on_and_is_then_no_longer_free() -> None:
    port = free_port()
    with socket.socket() as server:
        server.bind((LOOPBACK, port))
        server.listen()
        assert not is_free(port)
    assert is_free(port)


def test_a_free_port_is_none_that_outgoing_connections_take() -> None:
    assert all(free_port() < 32_768 for _ in range(50))


def test_a_preferred_port_is_taken_only_if_it_is_free() -> None:
    preferred = free_port()
    assert free_port(preferred) == preferred
    with socket.socket() as server:
        server.bind((LOOPBACK, preferred))
        server.listen()
        assert free_port(preferred) != preferred
