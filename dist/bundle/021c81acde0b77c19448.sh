# image.sh: functions over the Docker engine of the host, by the deploy user's right to ask it. Its text follows common.sh's.

# engine: why the engine cannot be asked, as a word: missing (no docker), refused (the user may not), down, or yes
engine() {
  if ! command -v docker >/dev/null; then
    printf 'missing'
    return 0
  fi
  engine_said=$(timeout 20 docker version --format '{{.Server.Version}}' 2>&1) && {
    printf 'yes'
    return 0
  }
  say "$engine_said"
  case $engine_said in
    *'permission denied'*) printf 'refused' ;;
    *) printf 'down' ;;
  esac
}

image_id() { # REFERENCE: what the engine calls it; empty: it has none of that name
  timeout 20 docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || :
}

reference() { # TEXT: refuses what is no name of an image
  case $1 in
    '' | -* | *[!A-Za-z0-9._:@/[-]*) die 64 "'$1' is not the name of an image" ;;
  esac
}
