import { suggest } from '../../kit/suggest.ts';
import type { Section } from './section.ts';

const LOGGING = 'Couloir has a log of its own; prompts are never written to it.';
const CACHE = 'answers are not cached here. Prompt caching at Snowflake is automatic.';
const DATABASE = 'Couloir needs no database for this.';
const LIMITS = 'budgets and limits per key are not enforced yet.';
const HEALTH = 'deployments are judged by the answers they give; there is no probing in the background.';
const LOGIN = 'the master key is the only credential.';
const ROUTING = 'the strategies have no parameters here.';
const COSMETIC = 'it is a detail of LiteLLM that has no counterpart here.';

/** Settings of LiteLLM that load and have no effect, by section, with the reason. */
const IGNORED: Record<string, Record<string, string>> = {
  '': {
    callback_settings: LOGGING,
    guardrails: 'guardrails are not available.',
    mcp_servers: 'Couloir does not serve MCP.',
    search_tools: 'search tools are not available.',
    assistant_settings: 'the Assistants API is not served.',
    worker_registry: COSMETIC,
    finetune_settings: 'fine-tuning is not served.',
    files_settings: 'the Files API is not served.',
    vector_store_registry: 'vector stores are not served.',
  },
  litellm_params: {
    stream: 'the client decides whether an answer is streamed.',
    max_budget: LIMITS,
    budget_duration: LIMITS,
    api_version: 'the endpoint has no version parameter.',
    keepalive_seconds: 'streams are kept alive by comments of their own accord.',
    allow_client_keepalive_override: 'streams are kept alive by comments of their own accord.',
    additional_drop_params: 'which fields are dropped follows from what the model can do.',
    allowed_openai_params: 'every field the model can honour is passed on.',
    cache_control_injection_points: 'cache marks are set automatically.',
    mock_response: 'nothing is mocked. Run `couloir sandbox` for simulated answers.',
    region_name: 'the account decides the region.',
    use_in_pass_through: 'there are no pass-through routes.',
    rust: COSMETIC,
    configurable_clientside_auth_params: 'clients cannot bring credentials for the upstream.',
  },
  model_info: {
    base_model: 'capabilities and prices are looked up by the name in litellm_params.model.',
    access_groups: LOGIN,
    supported_environments: 'every deployment of the file is served.',
    custom_tokenizer: 'token counts come from the upstream.',
    version: COSMETIC,
    team_id: LOGIN,
    team_public_model_name: LOGIN,
    health_check_model: HEALTH,
    health_check_timeout: HEALTH,
    disable_background_health_check: HEALTH,
    description: COSMETIC,
    litellm_provider: COSMETIC,
  },
  litellm_settings: {
    turn_off_message_logging: LOGGING,
    redact_user_api_key_info: LOGGING,
    langfuse_default_tags: LOGGING,
    json_logs: 'the log is JSON already.',
    request_correlation_in_logs: 'every log line carries the request id already.',
    set_verbose: 'use --log-level debug.',
    modify_params: 'requests are adapted to the model always.',
    add_function_to_prompt: 'tools are passed as tools or refused.',
    enable_json_schema_validation: COSMETIC,
    cache: CACHE,
    cache_params: CACHE,
    max_budget: LIMITS,
    budget_duration: LIMITS,
    rate_limit: LIMITS,
    max_internal_user_budget: LIMITS,
    internal_user_budget_duration: LIMITS,
    max_end_user_budget_id: LIMITS,
    default_internal_user_params: LOGIN,
    default_team_params: LOGIN,
    default_key_generate_params: LOGIN,
    upperbound_key_generate_params: LOGIN,
    key_generation_settings: LOGIN,
    telemetry: 'Couloir sends no telemetry.',
    force_ipv4: COSMETIC,
    disable_aiohttp_transport: COSMETIC,
    http2: COSMETIC,
    ssl_verify: 'certificates are always verified. Give Node your own authority with NODE_EXTRA_CA_CERTS.',
    timezone: COSMETIC,
    return_response_headers: COSMETIC,
    sse_keepalive_ping_interval_seconds: 'streams are kept alive by comments of their own accord.',
    route_all_chat_openai_to_responses: COSMETIC,
  },
  general_settings: {
    database_url: DATABASE,
    database_connection_pool_limit: DATABASE,
    database_connection_timeout: DATABASE,
    allow_requests_on_db_unavailable: DATABASE,
    store_model_in_db: 'models come from this file alone.',
    store_prompts_in_spend_logs: LOGGING,
    disable_spend_logs: 'no spend log is kept.',
    disable_spend_updates: 'no spend log is kept.',
    disable_error_logs: LOGGING,
    proxy_batch_write_at: DATABASE,
    maximum_spend_logs_retention_period: 'no spend log is kept.',
    alerting: 'alerts are not sent.',
    alerting_threshold: 'alerts are not sent.',
    alert_types: 'alerts are not sent.',
    alerting_args: 'alerts are not sent.',
    alert_to_webhook_url: 'alerts are not sent.',
    background_health_checks: HEALTH,
    health_check_interval: HEALTH,
    health_check_details: HEALTH,
    use_shared_health_check: HEALTH,
    forward_client_headers_to_llm_api: 'headers of clients are not passed on.',
    custom_auth: LOGIN,
    enable_jwt_auth: LOGIN,
    allowed_ips: 'connections are not filtered by address. Bind --host, or use a firewall.',
    allowed_routes: LOGIN,
    public_routes: LOGIN,
    ui_access_mode: LOGIN,
    pass_through_endpoints: 'there are no pass-through routes.',
    completion_model: 'the client names the model.',
    infer_model_from_keys: 'models come from this file alone.',
    use_x_forwarded_for: COSMETIC,
    cancel_on_disconnect: 'a request is cancelled upstream whenever its client leaves.',
    key_management_system: 'secrets come from the environment.',
    litellm_license: 'Couloir needs no licence key.',
  },
  router_settings: {
    routing_strategy_args: ROUTING,
    redis_host: 'Couloir needs no Redis for this.',
    redis_port: 'Couloir needs no Redis for this.',
    redis_password: 'Couloir needs no Redis for this.',
    redis_url: 'Couloir needs no Redis for this.',
    retry_after: 'the pause before a retry follows from the upstream’s answer.',
    deployment_affinity_ttl_seconds: 'a conversation stays where its prompt cache is for as long as that can live.',
    model_group_affinity_config:
      'conversations stay where their prompt cache is; routing.session_affinity switches it off.',
    routing_groups: 'one strategy holds for all models.',
    enable_weighted_failover: 'after a failure the next deployment is chosen by weight anyway.',
    tag_routing_prefix: 'every tag counts.',
    default_max_parallel_requests:
      'bound each deployment with max_parallel_requests, or all with global_max_parallel_requests.',
    default_litellm_params: 'say them with each model.',
    client_ttl: COSMETIC,
    ignore_invalid_deployments: 'a deployment that cannot work is a mistake to be mended.',
    keepalive_seconds: 'streams are kept alive by comments of their own accord.',
    cache_responses: CACHE,
    provider_budget_config: LIMITS,
  },
};

/** Notes every key of `section` that nothing has read. `also` are the keys that do have an effect, for suggestions. */
export function ignoreTheRest(section: Section, table: keyof typeof IGNORED, also: readonly string[]): void {
  const known = IGNORED[table] ?? {};
  for (const key of section.unread.filter((name) => !also.includes(name))) {
    const near = suggest(key, [...also, ...Object.keys(known)]);
    const unknown = `is not a setting that is known here${near === undefined ? '' : ` (did you mean "${near}"?)`}.`;
    if (known[key] !== undefined) section.ignore(key, `has no effect: ${known[key]}`);
    else section.ignore(key, unknown, near === undefined ? 'ignored' : 'warning');
  }
}
