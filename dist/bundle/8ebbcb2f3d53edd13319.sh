# image-look.sh IMAGE NAME   whether the host's Docker engine has an image, or could pull it itself
# IMAGE: `registry/repository@sha256:…`; NAME: the name that Landfall gives it, `registry/repository:tag`.
# Changes nothing.
# Prints engine= (yes, missing, refused, down), platform= (`os/architecture`), named= and pulled= (the engine's id of NAME, and of IMAGE; empty: it has none),
# registry= (yes: the host can read IMAGE in its registry), and a layers= line for each image of the engine (newest 200).
# Exit: 0, 64.
main() {
  image=$1
  name=$2
  reference "$image"
  reference "$name"
  state=$(engine)
  print engine "$state"
  if [ "$state" != yes ]; then
    return 0
  fi
  print platform "$(timeout 20 docker version --format '{{.Server.Os}}/{{.Server.Arch}}')"
  named=$(image_id "$name")
  pulled=$(image_id "$image")
  print named "$named"
  print pulled "$pulled"
  if [ -n "$named$pulled" ]; then
    return 0
  fi
  if timeout 10 docker manifest inspect "$image" >/dev/null 2>&1; then
    print registry yes
  else
    print registry no
  fi
  timeout 20 docker images --all --quiet --no-trunc | awk '!seen[$0]++' | head -n 200 | timeout 20 xargs -r docker image inspect --format 'layers={{join .RootFS.Layers " "}}' 2>/dev/null || :
}
main "$@"
