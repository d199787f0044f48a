#!/bin/sh
# curl.sh URL EMAIL PASSWORD: signs in as an investor, asks for a deposit and prints how the pool stands, as JSON.
set -eu
url=$1 email=$2 password=$3

# $1: what to ask; $2: its variables, as JSON
ask() {
  curl --silent --show-error --fail-with-body "$url/graphql" --header 'content-type: application/json' \
    --header "authorization: Bearer ${token-none}" --data "{\"query\": \"$1\", \"variables\": $2}"
}

token=$(ask 'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }' \
  "{\"email\": \"$email\", \"password\": \"$password\"}" | sed 's/.*"token":"\([^"]*\).*/\1/')
ask 'mutation ($amount: Money!) { requestPayment(input: { kind: DEPOSIT, amount: $amount }) { amount status } }' \
  '{"amount": "250.00"}'
ask '{ me { name } pool { capital } }' '{}'
