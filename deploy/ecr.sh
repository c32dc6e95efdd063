#!/usr/bin/env bash
# Builds the image of the commit that is checked out, pushes it to Amazon ECR under that commit and its platform, once, and
# prints what to run: the repository with the image's digest.
#
#   deploy/ecr.sh us-east-1 123456789012 alert-whisperer
#
# Credentials are the AWS CLI's own (AWS_PROFILE, a role, SSO); none stands on a command line, and the registry's
# token, good for twelve hours, is kept in a directory that goes with the script. What they have to allow is in
# ecr-policy.json; --create needs ecr:CreateRepository besides.
# Standard output is the reference alone; exit codes: 0 there, 1 not, 2 an argument or the repository is wrong, 3 there,
# but the scan has found something critical.
set -euo pipefail
shopt -s inherit_errexit

usage() {
  cat >&2 <<'TEXT'
usage: deploy/ecr.sh [OPTIONS] REGION ACCOUNT_ID REPOSITORY
  --platform PLATFORM   linux/amd64 (default) or linux/arm64
  --tag TAG             another tag than the commit's twelve digits and the platform; one that is there is refused
  --create              make the repository where it is missing: immutable tags, scanned on push, encrypted
  --wait-for-scan       wait for the scan; exit code 3 where it has found something critical
TEXT
  exit 2
}
say() { printf '%s\n' "$*" >&2; }
wrong() { say "ecr.sh: $*"; exit 2; }
fail() { say "ecr.sh: $*"; exit 1; }

platform=linux/amd64 tag='' create=false wait_for_scan=false
while [[ ${1-} == --* ]]; do
  case $1 in
    --platform) platform=${2-}; shift 2 || usage ;;
    --tag) tag=${2-}; shift 2 || usage ;;
    --create) create=true; shift ;;
    --wait-for-scan) wait_for_scan=true; shift ;;
    *) usage ;;
  esac
done
[[ $# -eq 3 ]] || usage
region=$1 account=$2 repository=$3
[[ $region =~ ^[a-z]{2}(-[a-z]+)+-[0-9]+$ ]] || wrong "REGION is no region such as us-east-1: $region"
[[ $account =~ ^[0-9]{12}$ ]] || wrong "ACCOUNT_ID has to be twelve digits: $account"
[[ ${#repository} -le 256 && $repository =~ ^[a-z0-9]+([._/-][a-z0-9]+)*$ ]] ||
  wrong "REPOSITORY is no name of a repository: $repository"
[[ $platform == linux/amd64 || $platform == linux/arm64 ]] || wrong "--platform has to be linux/amd64 or linux/arm64"
for tool in aws docker git; do
  command -v "$tool" >/dev/null || wrong "$tool is not there"
done

root=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
[[ -z $(git -C "$root" status --porcelain) ]] || wrong "the working tree differs from its commit: commit or stash first"
commit=$(git -C "$root" rev-parse --short=12 HEAD)
own_tag=$commit-${platform#linux/}
tag=${tag:-$own_tag}
[[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$ && $tag != latest ]] ||
  wrong "a tag names one image for good, and 'latest' does not: $tag"

export AWS_PAGER='' AWS_DEFAULT_REGION=$region AWS_REGION=$region
ecr() { aws ecr "$@" --registry-id "$account" --output text; }

is=$(aws sts get-caller-identity --query Account --output text) || fail "AWS does not know who we are: log in first"
[[ $is == "$account" ]] || wrong "the credentials are of account $is, not of $account"

# The repository has to keep its promise before anything is built.
about() {
  ecr describe-repositories --repository-names "$repository" \
    --query 'repositories[0].[imageTagMutability, imageScanningConfiguration.scanOnPush]'
}
if ! found=$(about 2>&1); then
  [[ $found == *RepositoryNotFoundException* ]] || fail "$found"
  [[ $create == true ]] || wrong "there is no repository $repository: --create makes it"
  aws ecr create-repository --registry-id "$account" --repository-name "$repository" --output text \
    --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true \
    --encryption-configuration encryptionType=AES256 --query repository.repositoryArn >&2
  found=$(about)
fi
read -r mutability scanned <<<"$found"
[[ $mutability == IMMUTABLE ]] ||
  wrong "tags of $repository can be moved: aws ecr put-image-tag-mutability --image-tag-mutability IMMUTABLE"
[[ ${scanned,,} == true ]] ||
  say "warning: $repository is not scanned on push (aws ecr put-image-scanning-configuration), unless its registry is"

host=$account.dkr.ecr.$region.amazonaws.com
[[ $region != cn-* ]] || host+=.cn
image=$host/$repository

digest_of_tag() {
  ecr describe-images --repository-name "$repository" --image-ids imageTag="$tag" --query 'imageDetails[0].imageDigest'
}
if digest=$(digest_of_tag 2>&1); then
  # Only of a tag of this form is it known what it names.
  [[ $tag == "$own_tag" ]] || fail "$image:$tag is there already, and may be of another commit or platform"
  say "$image:$tag is there already: nothing was built"
else
  [[ $digest == *ImageNotFoundException* ]] || fail "$digest"
  # One manifest, which the scan and the comparison below are about, and no index.
  docker build --pull --provenance=false --platform "$platform" --build-arg GIT_SHA="$commit" --tag "$image:$tag" "$root" >&2

  # The token goes over a pipe into a configuration of its own; the daemon stays the one that has built.
  DOCKER_HOST=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}')}
  DOCKER_CONFIG=$(mktemp -d)
  export DOCKER_HOST DOCKER_CONFIG
  trap 'rm -rf "$DOCKER_CONFIG"' EXIT
  aws ecr get-login-password | docker login --username AWS --password-stdin "$host" >/dev/null
  docker push "$image:$tag" >&2

  digest=$(digest_of_tag)
  pushed=$(docker image inspect --format '{{join .RepoDigests "\n"}}' "$image:$tag")
  grep -qxF "$image@$digest" <<<"$pushed" || fail "ECR has $digest under $tag, which is not what was pushed: $pushed"
fi
[[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "ECR names no digest for $tag: $digest"

if [[ $wait_for_scan == true ]]; then
  aws ecr wait image-scan-complete --registry-id "$account" --repository-name "$repository" \
    --image-id imageDigest="$digest" || fail "the scan of $digest did not end"
  critical=$(ecr describe-image-scan-findings --repository-name "$repository" --image-id imageDigest="$digest" \
    --query 'imageScanFindings.findingSeverityCounts.CRITICAL')
fi
printf '%s@%s\n' "$image" "$digest"
case ${critical:-None} in
  None | 0) ;;
  *) say "the scan has found $critical critical vulnerabilities"; exit 3 ;;
esac
