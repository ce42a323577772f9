#!/bin/sh
# Makes these files anew, with openssl: an authority, and servers' certificates with their keys, valid for a hundred years.
# They are for tests alone. stranger.pem is of an authority that nobody keeps.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)

authority() { # name
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=$1" \
        -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}

server() { # file, subjectAltName, authority
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
        -addext "subjectAltName=$2" -keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
    openssl x509 -req -in "$work/$1.csr" -CA "$work/$3.pem" -CAkey "$work/$3.key" -days 36500 \
        -copy_extensions copy -out "$work/$1.pem" 2>/dev/null
    cat "$work/$1.key" "$work/$1.pem" > "$1.pem"
}

authority known
authority unknown
server loopback IP:127.0.0.1 known
server elsewhere DNS:example.org known
server stranger IP:127.0.0.1 unknown
cp "$work/known.pem" authority.pem
rm -r "$work"
