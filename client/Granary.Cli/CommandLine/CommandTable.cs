using Granary.Cli.Commands;
using Granary.Cli.Load;
using Granary.Cli.WhatIf;

namespace Granary.Cli.CommandLine;

/// <summary>Every command by name, in the order that help lists them.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("run", RunCommand.Create),
        new("up", UpCommand.Create),
        new("down", DownCommand.Create),
        new("apply", ApplyCommand.Create),
        new("validate", ValidateCommand.Create),
        new("submit", SubmitCommand.Create),
        new("tasks", TasksCommand.Create),
        new("task", TaskCommand.Create),
        new("logs", LogsCommand.Create),
        new("wait", WaitCommand.Create),
        new("cancel", CancelCommand.Create),
        new("inbox", InboxCommand.Create),
        new("claim", ClaimCommand.Create),
        new("complete", CompleteCommand.Create),
        new("explain", ExplainCommand.Create),
        new("distribute", DistributeCommand.Create),
        new("work", WorkCommand.Create),
        new("whatif", WhatIfCommand.Create),
        new("status", StatusCommand.Create),
        new("pools", PoolsCommand.Create),
        new("agents", AgentsCommand.Create),
        new("agent", AgentCommand.Create),
        new("group", GroupCommand.Create),
        new("quota", QuotaCommand.Create),
        new("nodes", NodesCommand.Create),
        new("telemetry", TelemetryCommand.Create),
        new("predict", PredictCommand.Create),
        new("plan", PlanCommand.Create),
        new("optimize", OptimizeCommand.Create),
        new("metrics", MetricsCommand.Create),
        new("profile", ProfileCommand.Create),
        new("alerts", AlertsCommand.Create),
        new("ack", AckCommand.Create),
        new("silence", SilenceCommand.Create),
        new("energy", EnergyCommand.Create),
        new("reserve", ReserveCommand.Create),
        new("unreserve", UnreserveCommand.Create),
        new("reservations", ReservationsCommand.Create),
        new("cordon", NodeUpkeepCommands.Cordon),
        new("uncordon", NodeUpkeepCommands.Uncordon),
        new("drain", NodeUpkeepCommands.Drain),
        new("migrate", MigrateCommand.Create),
        new("rebalance", RebalanceCommand.Create),
        new("node", NodeCommand.Create),
        new("replay", ReplayCommand.Create),
        new("cachesim", CacheSimCommand.Create),
        new("generate", GenerateCommand.Create),
        new("plan-capacity", PlanCapacityCommand.Create),
        new("forecast", ForecastCommand.Create),
        new("anomalies", AnomaliesCommand.Create),
        new("load", LoadCommand.Create),
        new("token", TokenCommand.Create),
        new("db", DbCommand.Create),
        new("doctor", DoctorCommand.Create),
        new("config", ConfigCommand.Create),
        new("version", VersionCommand.Create),
    ];
}
