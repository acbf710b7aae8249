#!/bin/sh
# Makes up the secrets of a trial, once: what is there already stays. They are files that only you can read.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets

made_up() {
    [ -s "secrets/$1" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$1"
}

made_up dispatcher_secret
made_up database_password
made_up grafana_password
printf 'postgresql://dispatcher:%s@postgres/dispatcher' "$(cat secrets/database_password)" > secrets/database_url
# The processes are nobody on this machine, and must be able to read theirs.
chmod 0711 secrets
chmod 0444 secrets/*
