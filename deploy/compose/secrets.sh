#!/bin/sh
# Makes up the secrets of a trial, once: what is there already stays. They are in a folder that only you can enter.
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
# Made anew each time, so that it fits the password; a file that is read-only is replaced, not written.
rm -f secrets/database_url
printf 'postgresql://dispatcher:%s@postgres/dispatcher' "$(cat secrets/database_password)" > secrets/database_url
# The processes are nobody on this machine, and must be able to read theirs, which are mounted one by one.
chmod 0444 secrets/*
chmod 0700 secrets
