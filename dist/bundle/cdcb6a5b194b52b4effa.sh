# scrub.sh: functions that keep the values of a .env out of what is shown. Its text follows that of dotenv.sh; $base must be set.
# An application may say anything when it fails, its environment too. In what it said, *** stands in the place of each line of a value that
# has 6 characters and more (4 where its name says that it is secret) and of the password in an address. Left as they are: what the
# path of the target holds, and words that everybody has, like production (the same list stands in kit/secrets.ts).

scrub_secret() { # by its name the value is secret
  case $dotenv_name in
    *SECRET* | *PASS* | *TOKEN* | *KEY* | *SALT* | *DSN* | *CREDENTIAL* | *PRIVATE* | *AUTH* | *SIGNATURE*) return 0 ;;
    *secret* | *pass* | *token* | *key* | *salt* | *dsn* | *credential* | *private* | *auth* | *signature*) return 0 ;;
  esac
  return 1
}

scrub_common() { # the value says nothing that everybody does not know
  case $base in
    *"$dotenv_value"*) return 0 ;;
  esac
  case $dotenv_value in
    production | development | staging | testing | localhost | 127.0.0.1 | 0.0.0.0) return 0 ;;
    enabled | disabled | console | warning | WARNING | critical | CRITICAL) return 0 ;;
  esac
  return 1
}

scrub_entry() { # the texts of one entry, one a line
  case $dotenv_value in
    *://*:*@*)
      dotenv_part=${dotenv_value#*://}
      dotenv_part=${dotenv_part%%@*}
      printf '%s\n' "${dotenv_part#*:}"
      ;;
  esac
  if scrub_secret; then
    scrub_least='????*'
  elif scrub_common; then
    return 0
  else
    scrub_least='??????*'
  fi
  dotenv_text=$dotenv_value$dotenv_nl
  while [ -n "$dotenv_text" ]; do
    dotenv_part=${dotenv_text%%"$dotenv_nl"*}
    dotenv_text=${dotenv_text#*"$dotenv_nl"}
    # shellcheck disable=SC2254 # a pattern is meant
    case $dotenv_part in
      -----*-----) ;;
      $scrub_least) printf '%s\n' "$dotenv_part" ;;
    esac
  done
}

scrub_texts() { # FILE...: all that is to be scrubbed, with the lines of $scrub_also, one a line, as it is and as programs print it in quotes; the longest first: one may hold another
  {
    [ -z "${scrub_also:-}" ] || printf '%s\n' "$scrub_also"
    for scrub_file; do
      [ -e "$scrub_file" ] || continue
      dotenv_at=0
      dotenv_bad=
      while dotenv_entry; do
        scrub_entry
      done <"$scrub_file"
    done
  } |
    sed -n -e p -e h -e 's/[\\"]/\\&/gp' -e g -e 's/\\/&&/gp' |
    awk '{ print length($0), $0 }' 2>/dev/null | sort -rn | cut -d ' ' -f 2-
}

scrub() { # FILE...: copies stdin line by line, without the values of the files
  scrub_these=$(scrub_texts "$@")
  set -f
  IFS=$dotenv_nl
  # shellcheck disable=SC2086
  set -- $scrub_these
  unset IFS
  set +f
  while IFS= read -r scrub_line || [ -n "$scrub_line" ]; do
    for scrub_text; do
      scrub_done=
      while :; do
        case $scrub_line in
          *"$scrub_text"*) ;;
          *) break ;;
        esac
        scrub_done=$scrub_done${scrub_line%%"$scrub_text"*}'***'
        scrub_line=${scrub_line#*"$scrub_text"}
      done
      scrub_line=$scrub_done$scrub_line
    done
    printf '%s\n' "$scrub_line"
  done
}

# hushed FILE COMMAND...: as with_env, but what the command says on stdout and stderr comes on stderr, scrubbed. Its exit code.
hushed() {
  scrub_code=$(
    {
      {
        if with_env "$@" 2>&1 3>&-; then
          echo 0 >&3
        else
          echo "$?" >&3
        fi
      } | scrub "$1" 3>&- >&2
    } 3>&1
  )
  return "${scrub_code:-1}"
}
