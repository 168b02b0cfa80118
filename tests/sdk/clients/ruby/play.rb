# Plays the steps of ../steps.py with the SDK for Ruby.
require 'aws-sdk-core'

# The keys are in the environment; this version knows no variable for the endpoint.
OPTIONS = { endpoint: ENV.fetch('STEAD_ENDPOINT'), region: 'us-east-1', retry_limit: 0 }.freeze

def tell(step)
  puts "#{step} #{yield}"
rescue Aws::Errors::ServiceError => e
  puts "#{step} #{e.code} #{e.message}"
end

def identity(**credentials)
  Aws::STS::Client.new(**OPTIONS, **credentials).get_caller_identity.arn
end

def assume(client, role)
  Aws::AssumeRoleCredentials.new(client: client, role_arn: ENV.fetch(role), role_session_name: 'play')
end

def web(client, file)
  Aws::AssumeRoleWebIdentityCredentials.new(
    client: client, role_arn: ENV.fetch('WEB_ROLE_ARN'), role_session_name: 'play',
    web_identity_token_file: ENV.fetch(file)
  )
end

puts "version #{Aws::CORE_GEM_VERSION}"
own = Aws::STS::Client.new(**OPTIONS)
tell('identity') { identity }
tell('assumed') { identity(credentials: assume(own, 'ROLE_ARN')) }
tell('denied') { assume(own, 'CLOSED_ROLE_ARN') }
unsigned = Aws::STS::Client.new(**OPTIONS, credentials: false)
tell('web') { identity(credentials: web(unsigned, 'TOKEN_FILE')) }
tell('web-denied') { web(unsigned, 'CLOSED_TOKEN_FILE') }
