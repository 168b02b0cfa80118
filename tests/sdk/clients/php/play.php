<?php
// Plays the steps of ../steps.py with AsyncAws.
require 'AsyncAws/Core/autoload.php';

use AsyncAws\Core\Credentials\NullProvider;
use AsyncAws\Core\Exception\Http\ClientException;
use AsyncAws\Core\Sts\StsClient;

// The keys are in the environment; this version knows no variable for the endpoint.
function client(array $more = [], $provider = null): StsClient
{
    return new StsClient(['endpoint' => getenv('STEAD_ENDPOINT'), 'region' => 'us-east-1'] + $more, $provider);
}

function tell(string $step, callable $play): void
{
    try {
        echo "$step {$play()}\n";
    } catch (ClientException $refusal) {
        echo "$step {$refusal->getAwsCode()} {$refusal->getAwsMessage()}\n";
    }
}

/** Who the credentials of an answer are. */
function identity($answer): string
{
    $given = $answer->getCredentials();
    return client([
        'accessKeyId' => $given->getAccessKeyId(),
        'accessKeySecret' => $given->getSecretAccessKey(),
        'sessionToken' => $given->getSessionToken(),
    ])->getCallerIdentity()->getArn();
}

function assume(string $role): string
{
    return identity(client()->assumeRole(['RoleArn' => getenv($role), 'RoleSessionName' => 'play']));
}

function web(string $file): string
{
    return identity(client([], new NullProvider())->assumeRoleWithWebIdentity([
        'RoleArn' => getenv('WEB_ROLE_ARN'),
        'RoleSessionName' => 'play',
        'WebIdentityToken' => file_get_contents(getenv($file)),
    ]));
}

tell('identity', fn () => client()->getCallerIdentity()->getArn());
tell('assumed', fn () => assume('ROLE_ARN'));
tell('denied', fn () => assume('CLOSED_ROLE_ARN'));
tell('web', fn () => web('TOKEN_FILE'));
tell('web-denied', fn () => web('CLOSED_TOKEN_FILE'));
