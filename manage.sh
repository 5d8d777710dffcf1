#!/bin/sh
# Everything from one place: makes the environment, reads .env, checks keys, then asks what to run.
# ./manage.sh --help says how to do without questions.
set -eu
unset CDPATH
cd "$(dirname "$0")"

usage() {
    cat <<'END'
Usage: ./manage.sh [what] [--demo] [--source alpaca|tastytrade] [options of the command]

  a  snapshot    take one snapshot of the option chains and keep it with its rates
  b  collector   go on taking them until Ctrl-C
  c  deck        capture, analyse and serve the page, all in one process
  d  both        a collector in the background and the page; it ends with the page
     setup       make or update the environment, and no more

Without "what" a menu asks. With conda the environment is its "quantdeck" (Python 3.11; another by
DECK_CONDA_ENV, none by DECK_CONDA_ENV=), else .venv. Keys come from the environment or .env.
END
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "manage.sh: $1"; exit "${2:-2}"; }

# Lines of .env are data and are not run; what the environment has already wins.
load_env() {
    [ -f .env ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line#"${line%%[![:space:]]*}"}
        line=${line#export }
        case $line in '' | '#'* | [!A-Za-z_]*) continue ;; *=*) ;; *) continue ;; esac
        name=${line%%=*} value=${line#*=}
        name=${name%"${name##*[![:space:]]}"}
        case $name in *[!A-Za-z0-9_]*) continue ;; esac
        value=${value#"${value%%[![:space:]]*}"}
        value=${value%"${value##*[![:space:]]}"}
        # What follows the closing quote, or a # after a space, is a comment.
        case $value in
            \"*\"*) value=${value#\"} value=${value%%\"*} ;;
            \'*\'*) value=${value#\'} value=${value%%\'*} ;;
            *) value=${value%%[[:space:]]#*} value=${value%"${value##*[![:space:]]}"} ;;
        esac
        if eval "[ -z \"\${$name+set}\" ]"; then
            export "$name=$value"
        fi
    done <.env
}

# conda is often a function of the interactive shell only: its program is looked for where installers put it.
find_conda() {
    for each in "${CONDA_EXE:-}" conda "${HOME:-}/miniconda3/bin/conda" \
        "${HOME:-}/miniforge3/bin/conda" "${HOME:-}/anaconda3/bin/conda" /opt/conda/bin/conda; do
        if [ -n "$each" ] && command -v "$each" >/dev/null 2>&1; then
            conda=$each
            return
        fi
    done
    return 1
}

# An environment that is there is filled, and never made anew: that would empty it.
make_conda_environment() {
    verb=create
    known=$("$conda" env list 2>/dev/null | while read -r each _; do
        [ "$each" != "$conda_env" ] || echo yes
    done)
    [ -z "$known" ] || verb=install
    say "Preparing the conda environment $conda_env with Python 3.11 ..."
    "$conda" "$verb" --yes --quiet --name "$conda_env" python=3.11 pip >&2
}

conda_python() {
    "$conda" run -n "$conda_env" python -c 'import sys; print(sys.executable)' 2>/dev/null
}

# Sets `bin` to the folder of the environment's commands.
set_up() {
    conda_env=${DECK_CONDA_ENV-quantdeck}
    if [ -z "$conda_env" ] || ! find_conda; then
        scripts/setup run || exit $?
        bin=.venv/bin
    else
        if ! python=$(conda_python) || [ -z "$python" ]; then
            make_conda_environment || fail "conda could not create the environment $conda_env, see above" 3
            python=$(conda_python) || fail "the conda environment $conda_env has no python" 3
        fi
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
            || fail "the conda environment $conda_env has a Python older than 3.11; remove it: conda env remove -n $conda_env"
        bin=$(dirname "$python")
        stamp=$(dirname "$bin")/.quantdeck-installed
        fingerprint=$({ pwd; cat pyproject.toml scripts/install.py requirements/run.txt \
            requirements/build.txt; } | cksum)
        if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$fingerprint" ]; then
            "$python" scripts/install.py run --here || exit $?
            printf '%s' "$fingerprint" >"$stamp"
        fi
    fi
    "$bin/python" scripts/build-page || exit $?
}

# The vendor of option chains: the one named, else the one whose key is here.
choose_source() {
    source=${source:-${QUANTDECK_BOXES__SOURCE:-}}
    [ "$source" = auto ] && source=
    case $source in
        '')
            for each in alpaca tastytrade; do
                if "$bin/quantdeck" keys "$each" >/dev/null 2>&1; then
                    source=$each
                    return
                fi
            done
            "$bin/quantdeck" keys >&2
            case $what in
                c | d | deck | both) say "No key of a vendor of option chains: the deck opens without chains." ;;
                *) fail "no key of a vendor of option chains was found, see above; or try ./manage.sh --demo" 3 ;;
            esac
            ;;
        alpaca | tastytrade)
            "$bin/quantdeck" keys "$source" >&2 \
                || fail "the key of $source is missing, see above; or try ./manage.sh --demo" 3
            ;;
        *) fail "--source $source is not known; there are alpaca and tastytrade" ;;
    esac
}

# Both processes capture and show the chains of the vendor that was chosen.
enable_source() {
    [ -n "$demo" ] && return
    case $source in
        alpaca) export QUANTDECK_FEEDS__ALPACA__ENABLED=true QUANTDECK_BOXES__SOURCE=alpaca ;;
        tastytrade) export QUANTDECK_FEEDS__TASTYTRADE__ENABLED=true QUANTDECK_BOXES__SOURCE=tastytrade ;;
    esac
}

ask() {
    if [ ! -t 0 ]; then
        usage >&2
        fail "name what to run: nobody can be asked here"
    fi
    cat <<'END'
  a) take a single box snapshot
  b) run the collector until Ctrl-C
  c) open the deck
  d) both: the collector and the page, until Ctrl-C
  q) quit
END
    printf 'Choose: '
    read -r what || what=q
}

# Ends a process and returns its exit code. Ctrl-C of a terminal has told every process already, and a
# second signal would end it at once: it has ten seconds then.
stop() {
    watcher=
    if [ -n "$interrupted" ]; then
        (sleep 10 && kill -TERM "$1") >/dev/null 2>&1 &
        watcher=$!
    else
        kill -TERM "$1" 2>/dev/null || true
    fi
    ended=0
    wait "$1" 2>/dev/null || ended=$?
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
    return "$ended"
}

both() {
    interrupted=
    "$bin/quantdeck" ingest $demo --port "${DECK_INGEST_PORT:-8010}" &
    collector=$!
    # Whatever ends the page ends the collector, which writes what it has and closes the tape.
    trap 'stop "$collector" || true' EXIT
    trap 'interrupted=yes' INT
    trap ':' TERM HUP
    "$bin/quantdeck" web $demo "$@" &
    page=$!
    code=0
    wait "$page" || code=$?
    # A wait ends by a signal, too.
    if kill -0 "$page" 2>/dev/null; then
        code=0
        stop "$page" || code=$?
    fi
    exit "$code"
}

what='' source='' demo=''
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --demo) demo=--demo ;;
        --source) [ $# -gt 1 ] || fail "--source needs alpaca or tastytrade"; source=$2; shift ;;
        --source=*) source=${1#--source=} ;;
        --) shift; break ;;
        -*) break ;;
        *) [ -z "$what" ] || break; what=$1 ;;
    esac
    shift
done
case $what in '' | [abcd] | snapshot | collector | deck | both | setup) ;;
    *) usage >&2; fail "there is no $what" ;;
esac

load_env
set_up
[ "$what" = setup ] && exit 0
[ -n "$what" ] || ask
[ "$what" != q ] || exit 0
case $what in
    [abcd] | snapshot | collector | deck | both) ;;
    *) fail "there is no $what; choose a, b, c, d or q" ;;
esac
[ -n "$demo" ] || choose_source
named=${source:+--source $source}
# Options, which are none where they are empty:
# shellcheck disable=SC2086
case $what in
    a | snapshot) exec "$bin/quantdeck" boxes snapshot $demo $named "$@" ;;
    b | collector) exec "$bin/quantdeck" boxes collect --loop $demo $named "$@" ;;
    c | deck) enable_source; exec "$bin/quantdeck" up $demo "$@" ;;
    d | both) enable_source; both "$@" ;;
esac
