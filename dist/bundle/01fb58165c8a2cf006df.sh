# dotenv.sh: functions that read a file of NAME=value lines, such as .env. Its text is put in front of programs, as that of common.sh.
# The file is read, never run: no expansion, no command. What it takes:
#   blank lines, lines that begin with #, `export ` before a name, blanks around =, CRLF, a byte order mark
#   NAME=value     up to the end or to a # after a blank, without blanks around; a backslash is a backslash
#   NAME='value'   as it stands, also over several lines
#   NAME="value"   also over several lines; \n \r \t \" \\ \$ \` are what they are in C and sh, any other backslash stays
# Of two lines with the same name the later one counts.
dotenv_tab=$(printf '\t')
dotenv_cr=$(printf '\r')
dotenv_bom=$(printf '\357\273\277')
dotenv_nl='
'

dotenv_next() { # reads a line into dotenv_text; 1 at the end of the file
  dotenv_text=
  IFS= read -r dotenv_text || [ -n "$dotenv_text" ] || return 1
  dotenv_at=$((dotenv_at + 1))
  dotenv_text=${dotenv_text%"$dotenv_cr"}
}

dotenv_left() { # takes the blanks off the left of dotenv_text
  dotenv_text=${dotenv_text#"${dotenv_text%%[! "$dotenv_tab"]*}"}
}

dotenv_single() { # dotenv_text is what follows the opening quote
  dotenv_value=
  while :; do
    case $dotenv_text in
      *"'"*)
        dotenv_value=$dotenv_value${dotenv_text%%"'"*}
        dotenv_text=${dotenv_text#*"'"}
        return 0
        ;;
    esac
    dotenv_value=$dotenv_value$dotenv_text$dotenv_nl
    dotenv_next || return 1
  done
}

dotenv_double() { # dotenv_text is what follows the opening quote
  dotenv_value=
  while :; do
    dotenv_part=${dotenv_text%%[\"\\]*}
    dotenv_value=$dotenv_value$dotenv_part
    dotenv_text=${dotenv_text#"$dotenv_part"}
    case $dotenv_text in
      \"*)
        dotenv_text=${dotenv_text#?}
        return 0
        ;;
      \\n*) dotenv_value=$dotenv_value$dotenv_nl ;;
      \\r*) dotenv_value=$dotenv_value$dotenv_cr ;;
      \\t*) dotenv_value=$dotenv_value$dotenv_tab ;;
      \\\"*) dotenv_value=$dotenv_value\" ;;
      \\\\*) dotenv_value=$dotenv_value\\ ;;
      \\\$*) dotenv_value=$dotenv_value\$ ;;
      \\\`*) dotenv_value=$dotenv_value\` ;;
      \\*)
        dotenv_value=$dotenv_value\\
        dotenv_text=${dotenv_text#?}
        continue
        ;;
      *)
        dotenv_value=$dotenv_value$dotenv_nl
        dotenv_next || return 1
        continue
        ;;
    esac
    dotenv_text=${dotenv_text#??}
  done
}

dotenv_bare() { # dotenv_text is what follows the = sign
  dotenv_text=${dotenv_text%%[ "$dotenv_tab"]#*}
  dotenv_left
  dotenv_value=${dotenv_text%"${dotenv_text##*[! "$dotenv_tab"]}"}
}

dotenv_entry() { # reads the next entry from stdin: 0 dotenv_name and dotenv_value are set, 1 the end, or a bad entry, whose line is then in dotenv_bad
  while :; do
    dotenv_next || return 1
    dotenv_start=$dotenv_at
    [ "$dotenv_at" -ne 1 ] || dotenv_text=${dotenv_text#"$dotenv_bom"}
    dotenv_left
    case $dotenv_text in
      '' | '#'*) ;;
      *) break ;;
    esac
  done
  dotenv_bad=$dotenv_start
  case $dotenv_text in
    export[\ "$dotenv_tab"]*)
      dotenv_text=${dotenv_text#export}
      dotenv_left
      ;;
  esac
  case $dotenv_text in
    *=*) ;;
    *) return 1 ;;
  esac
  dotenv_name=${dotenv_text%%=*}
  dotenv_name=${dotenv_name%"${dotenv_name##*[! "$dotenv_tab"]}"}
  case $dotenv_name in
    '' | [0-9]* | *[!A-Za-z0-9_]*) return 1 ;;
  esac
  dotenv_text=${dotenv_text#*=}
  dotenv_raw=$dotenv_text
  dotenv_left
  case $dotenv_text in
    \'*)
      dotenv_text=${dotenv_text#?}
      dotenv_single || return 1
      ;;
    \"*)
      dotenv_text=${dotenv_text#?}
      dotenv_double || return 1
      ;;
    *)
      dotenv_text=$dotenv_raw
      dotenv_bare
      dotenv_text=
      ;;
  esac
  dotenv_left
  case $dotenv_text in
    '' | '#'*) ;;
    *) return 1 ;;
  esac
  dotenv_bad=
}

# load_env FILE: exports each entry, but those that are a shell's own (UID, PPID, …). A bad one: its line is named, never its text, nothing is exported, and 64 is returned.
# The entries are collected first, so that a variable of the file cannot disturb the reading of it.
load_env() {
  dotenv_file=$1
  dotenv_at=0
  dotenv_bad=
  set --
  while dotenv_entry; do
    set -- "$@" "$dotenv_name=$dotenv_value"
  done <"$dotenv_file"
  unset dotenv_value dotenv_text dotenv_raw dotenv_part
  if [ -n "$dotenv_bad" ]; then
    printf '%s\n' "$dotenv_file: line $dotenv_bad is not NAME=value, or its quotes are not closed" >&2
    return 64
  fi
  for dotenv_pair; do
    # where sh is bash these are its own, and cannot be set
    case ${dotenv_pair%%=*} in
      UID | EUID | PPID | SHELLOPTS | BASHOPTS | BASH_VERSINFO) continue ;;
    esac
    # shellcheck disable=SC2163  # the variable named in the entry is meant
    export "$dotenv_pair"
  done
  unset dotenv_pair
}

# env_names FILE: prints `name=NAME` for each entry that has a value. Returns 64 as load_env does.
env_names() {
  dotenv_file=$1
  dotenv_at=0
  dotenv_bad=
  while dotenv_entry; do
    [ -z "$dotenv_value" ] || printf 'name=%s\n' "$dotenv_name"
  done <"$dotenv_file"
  if [ -n "$dotenv_bad" ]; then
    printf '%s\n' "$dotenv_file: line $dotenv_bad is not NAME=value, or its quotes are not closed" >&2
    return 64
  fi
}

# with_env FILE COMMAND...: runs the command with the file's entries in its environment, and nowhere else. Without the file: as it is.
with_env() {
  (
    if [ -e "$1" ]; then
      load_env "$1" || exit
    fi
    shift
    exec "$@"
  )
}
