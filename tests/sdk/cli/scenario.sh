#!/usr/bin/env bash
# The scenario, played by the AWS CLI: every command as a person would type it.
set -euo pipefail

# The semaphore that libfaketime made for this shell goes with the first of its subshells:
# programs of a pipeline would each try to make it again, and at times fail.
unset FAKETIME_SHARED

ok() { echo "ok - $1"; }
fail() {
    echo "not ok - $1" >&2
    exit 1
}

# Runs a command with the given access key, secret key and, for sessions, token.
as() {
    local key=$1 secret=$2 token=$3
    shift 3
    if [[ -n $token ]]; then
        set -- AWS_SESSION_TOKEN="$token" "$@"
    fi
    env -u AWS_PROFILE -u AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL="$STEAD_ENDPOINT" AWS_REGION=us-east-1 \
        AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID="$key" AWS_SECRET_ACCESS_KEY="$secret" "$@"
}

# Runs a command that must be refused with the given code; prints its last line.
refused() {
    local code=$1 output
    shift
    if output=$("$@" 2>&1); then
        fail "not refused: $*"
    fi
    output=$(sed '/^$/d' <<<"$output" | tail -n 1)
    [[ $output == *"An error occurred ($code) when calling the "*" operation: "* ]] || fail "expected $code: $output"
    echo "$output"
}

# Checks a line against AWS's sentence, after which the policy type and the
# denial id may follow.
expect_denied() {
    local sentence="User: $user_arn is not authorized to perform: sts:AssumeRole on resource: $role_arn"
    local tail='( because [^()]+)?( \(denial d-[A-Za-z0-9_-]+\))?$'
    [[ $1 == *"operation: $sentence"* && ${1##*"$sentence"} =~ ^$tail ]] || fail "$1"
}

trust_policy() {
    echo '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"'"$1"'"},"Action":"sts:AssumeRole"}]}'
}

policy() {
    echo '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"'"$1"'","Resource":"'"$2"'"}]}'
}

make_alice() {
    aws iam create-user --user-name alice >/dev/null
    aws iam put-user-policy --user-name alice --policy-name inline --policy-document "$(policy 'sts:*' '*')"
    read -r key secret < <(aws iam create-access-key --user-name alice --output text \
        --query '[AccessKey.AccessKeyId, AccessKey.SecretAccessKey]')
}

account=$(aws sts get-caller-identity --query Account --output text)
user_arn=arn:aws:iam::$account:user/alice
role_arn=arn:aws:iam::$account:role/reader
session_arn=arn:aws:sts::$account:assumed-role/reader/my-session
assume=(aws sts assume-role --role-arn "$role_arn" --role-session-name my-session --duration-seconds 3600
    --output text --query 'Credentials.[AccessKeyId, SecretAccessKey, SessionToken, Expiration]')

make_alice
aws iam create-user --user-name bob >/dev/null
aws iam create-role --role-name reader \
    --assume-role-policy-document "$(trust_policy "arn:aws:iam::$account:user/bob")" >/dev/null
aws iam put-role-policy --role-name reader --policy-name inline \
    --policy-document "$(policy iam:GetRole "$role_arn")"

line=$(refused AccessDenied as "$key" "$secret" "" "${assume[@]}")
expect_denied "$line"
ok "a user the trust policy does not name is denied, in AWS's words"

aws iam update-assume-role-policy --role-name reader --policy-document "$(trust_policy "$user_arn")"
answer=$(as "$key" "$secret" "" "${assume[@]}")
read -r session_key session_secret session_token expiration <<<"$answer"
[[ $session_key == ASIA* ]] || fail "$session_key"
lifetime=$(($(date -d "$expiration" +%s) - $(date +%s)))
((lifetime > 3540 && lifetime <= 3600)) || fail "the session lives $lifetime s"
ok "once named, it gets credentials for an hour"

session=("$session_key" "$session_secret" "$session_token")
identity=$(as "${session[@]}" aws sts get-caller-identity --output text --query '[Account, Arn, UserId]')
[[ $identity =~ ^$account[[:space:]]$session_arn[[:space:]]AROA[A-Z0-9]+:my-session$ ]] || fail "$identity"
ok "the session says who it is"

found=$(as "${session[@]}" aws iam get-role --role-name reader --output text --query Role.Arn)
[[ $found == "$role_arn" ]] || fail "$found"
ok "what the role's policy allows works"

line=$(refused AccessDenied as "${session[@]}" aws iam list-users)
[[ $line == *"User: $session_arn is not authorized to perform: iam:ListUsers on resource: "* ]] || fail "$line"
ok "what it does not allow is denied"

# The offset is renamed into place: a reader must never see half of it.
read -r offset <"$FAKETIME_TIMESTAMP_FILE"
echo "+$((${offset#+} + 3700))" >"$FAKETIME_TIMESTAMP_FILE.next"
mv "$FAKETIME_TIMESTAMP_FILE.next" "$FAKETIME_TIMESTAMP_FILE"
line=$(refused ExpiredToken as "${session[@]}" aws sts get-caller-identity)
[[ $line == *"operation: The security token included in the request is expired" ]] || fail "$line"
ok "the expired session is refused"

aws iam delete-access-key --user-name alice --access-key-id "$key"
aws iam delete-user-policy --user-name alice --policy-name inline
aws iam delete-user --user-name alice
make_alice
line=$(refused AccessDenied as "$key" "$secret" "" "${assume[@]}")
expect_denied "$line"
ok "the user, deleted and made again under its name, is denied"
