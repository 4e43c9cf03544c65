# Turns the log of a step that failed into one line that says what to do.
# shellcheck shell=bash

# usage: explain_failure LOG   prints the reason, or nothing when the log holds no known one
explain_failure() {
    local log=$1
    if grep -qiE 'No space left on device|not enough free space' "$log"; then
        echo "no space left on the disk"
    elif grep -q 'CERTIFICATE_VERIFY_FAILED' "$log"; then
        echo "the certificate of a package index is not trusted here (pip's option cert, or PIP_CERT, names another authority)"
    elif grep -qE 'Failed to establish a new connection|Name or service not known|Temporary failure in name resolution|ConnectTimeoutError|Read timed out|ProxyError|NewConnectionError' "$log"; then
        echo "no network: pip cannot reach its package index"
    elif grep -qE 'Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|Connection (timed out|refused|failed)|Cannot initiate the connection' "$log"; then
        echo "no network: apt cannot reach its mirror"
    elif grep -qE 'Release file .* is expired|Release file .* is not valid yet' "$log"; then
        echo "the mirror's release file is not valid today (GAZEBO_ACCEPT_EXPIRED=1 accepts an expired one)"
    elif grep -q '^ERROR: No matching distribution found for ' "$log"; then
        echo "pip finds no build for this Python and machine of $(sed -n 's/^ERROR: No matching distribution found for //p' "$log" | tail -1)"
    elif grep -qE '^(ws: )?error: ' "$log"; then
        sed -nE 's/^(ws: )?error: //p' "$log" | tail -1
    elif grep -qE 'does not have a Release file|404 +Not Found|Failed to fetch' "$log"; then
        echo "the mirror does not carry what was asked of it"
    elif grep -qE 'No CMAKE_CXX_COMPILER could be found|No CMAKE_C_COMPILER could be found|The C(XX)? compiler .*is not able to compile' "$log"; then
        echo "no working C++ compiler"
    fi
}
