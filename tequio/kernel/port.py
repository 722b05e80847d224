"""Whether a port can be listened on, in words. Runs before the environment exists: standard library only."""

import socket
import sys


def why_not(port: str, host: str = "127.0.0.1") -> str | None:
    """Why the hub cannot listen on `port`; None when it can."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return f"The port {port!r} is not a number from 1 to 65535."
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, int(port)))
            listener.listen()
        except PermissionError:
            return f"This account may not use port {port}. Choose one from 1024 up, as in PORT=8001 make run."
        except OSError as error:
            if "in use" in str(error):
                return (
                    f"Port {port} is taken by another program. Choose another one, as in PORT=8001 make run."
                )
            return f"The hub cannot listen on {host}: {error.strerror}."
    return None


if __name__ == "__main__":
    sys.exit(why_not(sys.argv[1]))
