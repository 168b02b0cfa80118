"""Runs what a workflow, a pipeline or a pod describes, as far as the recipes
need it: variables, commands and the tokens they are given."""

import contextlib
import http.server
import json
import pathlib
import re
import subprocess
import threading
import urllib.parse

import yaml

from federated import run

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
GOOGLE = "https://accounts.google.com"
COGNITO = "https://cognito-identity.amazonaws.com"
CLUSTER = "https://kubernetes.default.svc.cluster.local"


class Jobs:
    """Signs with an issuer's keys what the services put into their tokens."""

    def __init__(self, issuer) -> None:
        self.issuer = issuer

    def github(self, folder: pathlib.Path, file: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
        """A push to the branch `main` of octo-org/octo-repo.

        Spec: docs.github.com, "OpenID Connect reference": the claims, the default
        audience, the variables of the request; default subjects of repositories
        made since 2026-07-15 hold the ids of owner and repository.
        """
        workflow = yaml.safe_load((folder / file).read_text())
        (job,) = workflow["jobs"].values()
        # A job's variable tells the stand-in which kind of repository it is in.
        owner, repository = ("octo-org@123456", "octo-repo@456789")
        if workflow.get("name") == "an older repository":
            owner, repository = "octo-org", "octo-repo"
        where = f"environment:{job['environment']}" if "environment" in job else "ref:refs/heads/main"
        claims = {
            "sub": f"repo:{owner}/{repository}:{where}",
            "ref": "refs/heads/main",
            "repository": "octo-org/octo-repo",
            "repository_id": "456789",
            "repository_owner": "octo-org",
            "repository_owner_id": "123456",
            "workflow": workflow.get("name", file),
            "job_workflow_ref": f"octo-org/octo-repo/{file}@refs/heads/main",
            "actor": "octocat",
            "actor_id": "12",
        }
        variables = {**environment, **_texts(job.get("env", {}), environment), "RUNNER_TEMP": str(folder)}
        asked = _asked(lambda audience: self.issuer.token(
            iss=GITHUB, aud=audience or "https://github.com/octo-org", **claims
        ))
        with asked as url:
            if workflow.get("permissions", {}).get("id-token") == "write":
                variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"{url}/token?api-version=2.0"
                variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "of-this-job"
            return _steps([step["run"] for step in job["steps"] if "run" in step], folder, variables)

    def gitlab(self, folder: pathlib.Path, file: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
        """A push to the branch `main` of my-group/my-project, or to the tag of `only`.

        Spec: docs.gitlab.com, ci/secrets/id_token_authentication: the claims.
        """
        pipeline = yaml.safe_load((folder / file).read_text())
        (job,) = pipeline.values()
        kind, ref = ("tag", "v1") if job.get("only") == ["tags"] else ("branch", "main")
        claims = {
            "sub": f"project_path:my-group/my-project:ref_type:{kind}:ref:{ref}",
            "namespace_id": "72",
            "project_id": "20",
            "project_path": "my-group/my-project",
            "ref": ref,
            "ref_type": kind,
            "ref_protected": "true",
            "runner_environment": "gitlab-hosted",
        }
        variables = {**environment, **_texts(job.get("variables", {}), environment), "CI_PROJECT_DIR": str(folder)}
        variables = {name: value.replace("$CI_PROJECT_DIR", str(folder)) for name, value in variables.items()}
        for name, token in job["id_tokens"].items():
            variables[name] = self.issuer.token(iss=GITLAB, aud=token["aud"], **claims)
        return _steps(["\n".join(job["script"])], folder, variables)

    def kubernetes(self, folder: pathlib.Path, file: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
        """A pod, whose volumes lie in the folder instead of at the root.

        Spec: kubernetes.io, "Managing Service Accounts": the claims of bound tokens,
        and the audience of those that name none, which is the issuer's.
        """
        pod = yaml.safe_load((folder / file).read_text())
        namespace, account = pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default")
        (container,) = pod["spec"]["containers"]
        variables = dict(environment)
        for entry in container["env"]:
            variables[entry["name"]] = entry["value"].replace("$(STEAD_URL)", environment["STEAD_URL"])
        for mount in container["volumeMounts"]:
            (volume,) = [volume for volume in pod["spec"]["volumes"] if volume["name"] == mount["name"]]
            for source in volume["projected"]["sources"]:
                token = source["serviceAccountToken"]
                path = folder / "pod" / mount["mountPath"].strip("/") / token["path"]
                path.parent.mkdir(parents=True, exist_ok=True)
                subject = f"system:serviceaccount:{namespace}:{account}"
                audience = [token.get("audience", CLUSTER)]
                details = {"namespace": namespace, "serviceaccount": {"name": account, "uid": "7b1c"}}
                claims = {"sub": subject, "aud": audience, "kubernetes.io": details}
                path.write_text(self.issuer.token(iss=CLUSTER, **claims))
                variables = {
                    name: value.replace(mount["mountPath"], str(path.parent)) for name, value in variables.items()
                }
        return run(container["command"], variables)

    def cognito(self):
        """Cognito's GetOpenIdToken.

        Spec: docs.aws.amazon.com/cognito, "Open ID Connect identity pools" and
        "role trust and permissions": the claims, and those of guests.
        """

        def token(identity: str, logins: dict[str, str]) -> str:
            methods = ["authenticated", *logins] if logins else ["unauthenticated"]
            pool = "us-east-1:1a2b3c4d-0000-4000-8000-000000000001"
            return self.issuer.token(iss=COGNITO, aud=pool, sub=identity, amr=methods)

        class Handler(_Quiet):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                identity = asked["IdentityId"]
                self.answer(200, {"IdentityId": identity, "Token": token(identity, asked.get("Logins", {}))})

        return _serving(Handler)


def _texts(variables: dict, environment: dict[str, str]) -> dict[str, str]:
    """Variables of a job, with those of the repository put in."""
    fill = lambda value: re.sub(r"\$\{\{ vars\.(\w+) \}\}", lambda name: environment[name.group(1)], value)
    return {name: fill(str(value)).replace("$STEAD_URL", environment["STEAD_URL"]) for name, value in variables.items()}


def _steps(steps: list[str], folder: pathlib.Path, variables: dict[str, str]) -> subprocess.CompletedProcess:
    """Runs steps one after the other; what one writes to GITHUB_ENV the next ones see."""
    written = folder / ".github-env"
    written.write_text("")
    output = ""
    for step in steps:
        lines = [line.partition("=") for line in written.read_text().splitlines()]
        added = {name: value for name, _, value in lines} | {"GITHUB_ENV": str(written)}
        outcome = run(["bash", "-eo", "pipefail", "-c", f"cd {folder}\n{step}"], variables | added)
        output += outcome.stdout
        if outcome.returncode != 0:
            break
    return subprocess.CompletedProcess(outcome.args, outcome.returncode, output)


def _asked(token):
    """Where a job of GitHub's asks for its tokens; `token` makes one for an audience."""

    class Handler(_Quiet):
        def do_GET(self) -> None:
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            asks = self.headers["authorization"] == "bearer of-this-job"
            self.answer(200 if asks else 401, {"value": token(query.get("audience", [None])[0])})

    return _serving(Handler)


class _Quiet(http.server.BaseHTTPRequestHandler):
    def answer(self, status: int, document: dict) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


@contextlib.contextmanager
def _serving(handler):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
