# image-pull.sh BASE DRIVER FROM NAME ID...   lets the host's Docker engine pull an image, proves which it is, and names it
# FROM: what is pulled, by its digest: `registry/repository@sha256:…`; of 127.0.0.1 its name is taken away again. NAME: the name that it gets, `registry/repository:tag`.
# ID: what an engine may call this image: the digest of its configuration or of its manifest, for each platform.
# Reads: the login of FROM's registry, `user:password` in base64; nothing: as the deploy user is logged in.
# Changes the engine's images, and, while it runs, <base>/.landfall/steps/<DRIVER>/docker.
# Prints id=. Exit: 0, 1 (docker could not pull it, or it is another image), 64, 69, 73.
main() {
  base=$1
  driver=$2
  from=$3
  name=$4
  shift 4
  case $driver in
    '' | *[!A-Za-z0-9_-]*) die 64 "'$driver' is not a driver" ;;
  esac
  reference "$from"
  reference "$name"
  command -v docker >/dev/null || die 69 "docker is missing"
  auth=
  read -r auth || :
  folder=$base/.landfall/steps/$driver/docker
  rm -rf "$folder"
  if [ -n "$auth" ]; then
    log_in
  fi
  pulled=yes
  # a login shell's limit is none of the engine's: it says itself when it gives up
  docker pull --quiet "$from" >&2 || pulled=no
  rm -rf "$folder"
  [ "$pulled" = yes ] || die 1 "docker could not pull $from"
  id=$(image_id "$from")
  proven "$@" || die 1 "the engine calls what it has pulled '$id', which is not the image of this digest"
  docker tag "$from" "$name"
  forget
  id=$(image_id "$name")
  proven "$@" || die 1 "the engine calls $name '$id', which is not the image of this digest"
  print id "$id"
}

log_in() { # a configuration for this pull alone; the engine that the user's own one names is asked all the same
  DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
  export DOCKER_HOST
  (
    umask 077
    mkdir -p "$folder"
    printf '{"auths":{"%s":{"auth":"%s"}}}\n' "${from%%/*}" "$auth" >"$folder/config.json"
  ) || die 73 "cannot write $folder"
  export DOCKER_CONFIG="$folder"
}

proven() { # ID...
  for one in "$@"; do
    if [ "$one" = "$id" ]; then
      return 0
    fi
  done
  return 1
}

forget() { # the names of ports that are gone, also those of a program that was killed before it came here
  for one in $(docker image inspect --format '{{join .RepoDigests " "}}' "$name"); do
    case $one in
      127.0.0.1:*/landfall/*@*) docker rmi --no-prune "$one" >/dev/null ;;
    esac
  done
}
main "$@"
