"""The straightforward service to compare with: installed from npm as locked, into the build folder."""

import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).with_name("fastify")


def possible():
    return shutil.which("npm") is not None and shutil.which("node") is not None


def installed(folder):
    """Installs what the lock says, once; answers the folder."""
    lock = (SOURCE / "package-lock.json").read_text()
    stamp = folder / "installed.txt"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(SOURCE / name, folder / name)
    if not stamp.exists() or stamp.read_text() != lock:
        # The native part is built here where no ready one can be fetched; Debian's node brings its headers along.
        headers = ["--nodedir=/usr"] if pathlib.Path("/usr/include/node/node.h").exists() else []
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", *headers], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        stamp.write_text(lock)
    return folder
