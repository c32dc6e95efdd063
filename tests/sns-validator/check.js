// Reads lines of {"pem", "message"} and says of each what Amazon's verifier does: `valid`, or why not. The certificate is
// handed over instead of being fetched; everything else is the verifier's own.
const https = require('node:https')
const { PassThrough } = require('node:stream')
const readline = require('node:readline')
const MessageValidator = require(`${process.argv[2]}/node_modules/sns-validator`)

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { pem, message } = JSON.parse(line)
    https.get = (_url, answered) => {
      const answer = Object.assign(new PassThrough(), { statusCode: 200 })
      setImmediate(() => {
        answered(answer)
        answer.end(pem)
      })
      return { on() { return this } }
    }
    const said = await new Promise(resolve => {
      new MessageValidator().validate(message, error => resolve(error ? error.message : 'valid'))
    })
    console.log(said)
  }
}

main()
