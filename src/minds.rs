//! The engines that a process decides with, in the order that they are asked in.

use std::sync::Arc;

use actors::decision::chain::Chain;
use actors::port::model::Model;

use crate::aws::Base;
use crate::aws::agent::bedrock::BedrockAgent;
use crate::aws::agent::runtime::AgentRuntime;
use crate::config::{AgentMode, Minds};
use crate::llm::{Llm, NoModel};

/// As the settings say: here a language model, elsewhere a Bedrock agent and then one on AgentCore Runtime. The rules
/// stand behind all of them. What is decided elsewhere is not shown to a language model besides.
///
/// # Errors
/// The language model cannot be asked.
pub fn chain(minds: &Minds, base: &Base) -> Result<Chain, NoModel> {
    if minds.mode == AgentMode::Local && (minds.bedrock.is_some() || minds.runtime.is_some()) {
        tracing::warn!("BEDROCK_AGENT_ARN and AGENTCORE_RUNTIME_ARN are only asked with AGENT_MODE=remote");
    }
    let models: Vec<Arc<dyn Model>> = match minds.mode {
        AgentMode::Local => {
            let llm = minds.llm.as_ref().map(Llm::new).transpose()?;
            llm.map(|llm| Arc::new(llm) as Arc<dyn Model>).into_iter().collect()
        }
        AgentMode::Remote => {
            let bedrock = minds.bedrock.clone().map(|alias| BedrockAgent::new(alias, base));
            let bedrock = bedrock.map(|agent| Arc::new(agent) as Arc<dyn Model>);
            let runtime = minds
                .runtime
                .clone()
                .map(|(arn, qualifier)| AgentRuntime::new(arn, qualifier, base));
            let runtime = runtime.map(|agent| Arc::new(agent) as Arc<dyn Model>);
            bedrock.into_iter().chain(runtime).collect()
        }
    };
    Ok(Chain::new(models, minds.rules_first))
}
