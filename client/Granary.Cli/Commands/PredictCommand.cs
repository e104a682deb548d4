using System.CommandLine;
using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Cli.CommandLine;
using Granary.Cli.Output;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary><c>predict NODE</c>: how the forecasts of a node turned out, what is expected of one metric, when it is full; <c>predict --agent A</c>: how long an agent's tasks run; <c>predict --pool P --capacity</c>.</summary>
internal static class PredictCommand
{
    public static Command Create(CommandScope scope)
    {
        var options = new PredictOptions();
        var command = new Command("predict", "what a node will do up to a day ahead, when a node or pool is full, how long an agent's tasks run");
        command.Arguments.Add(options.Node);
        foreach (var option in options.All) command.Options.Add(option);
        return scope.Does(command, (call, cancel) => call.Show(() => Run(call, options, cancel), cancel));
    }

    private static async Task<int> Run(Call call, PredictOptions options, CancellationToken cancel)
    {
        options.Check(call);
        var client = await call.Connect(cancel);
        if (call.Get(options.Agent) is { } agent) await RunTimes(call, options, client, agent, cancel);
        else if (call.Get(options.Node) is not { } node) Capacity(call, await client.PoolCapacityAsync(await Pool(call, options, client, cancel), cancel));
        else if (await Lookup.Node(client, node, cancel) is var name && call.Get(options.Capacity)) Capacity(call, await client.CapacityAsync(name, cancel));
        else if (call.Get(options.Metric) is not { } one) call.Write(await client.ForecastRecordsAsync(name, cancel), PredictionListing.Records);
        else Write(call, name, await client.ForecastAsync(name, new(one, call.Get(options.Ahead) ?? TimeSpan.FromMinutes(5)), cancel));
        return ExitCodes.Done;
    }

    private static async Task<string> Pool(Call call, PredictOptions options, GranaryClient client, CancellationToken cancel) =>
        call.Get(options.Pool) is { } written ? await Lookup.Pool(client, written, cancel) : TaskId.DefaultPool;

    private static async Task RunTimes(Call call, PredictOptions options, GranaryClient client, string agent, CancellationToken cancel)
    {
        var pool = await Pool(call, options, client, cancel);
        var told = await client.RunTimesAsync(agent, call.Get(options.Class), call.Get(options.Deadline), pool, cancel);
        if (call.ForPeople) foreach (var one in told.Where(t => t.Note is not null)) call.Note($"granary: {(one.Class.Length > 0 ? one.Class + ": " : "")}{one.Note}");
        call.Write(told, PredictionListing.RunTimes(pool));
    }

    private static void Capacity(Call call, CapacityForecast forecast)
    {
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(JsonSerializer.SerializeToNode(CapacityJson.From(forecast), GranaryJson.Default.CapacityJson));
            return;
        }
        if (call.ForPeople) foreach (var one in forecast.Dates.Where(d => d.Note is not null)) call.Note($"granary: {one.Metric}: {one.Note}");
        call.Write(forecast.Dates, PredictionListing.Dates);
    }

    private static void Write(Call call, string node, PredictedSeries series)
    {
        var json = PredictedSeriesJson.From(node, series);
        if (call.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            call.Document(JsonSerializer.SerializeToNode(json, GranaryJson.Default.PredictedSeriesJson));
            return;
        }
        if (call.ForPeople) call.Note("granary: " + (series.Note ?? PredictionListing.Weights(series.Models)));
        call.Write(json.Points.Select(p => new PredictionListing.Point(json.Unit, p)).ToList(), PredictionListing.Points);
    }
}

/// <summary>What <c>predict</c> may be told.</summary>
internal sealed class PredictOptions
{
    public Argument<string?> Node { get; } = new("node") { Description = "name, or a unique beginning of one", HelpName = "NODE", Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Metric { get; } = new("--metric", "-m") { Description = "what is expected of this one: cpu, memory, network or storage (default: how the forecasts of all turned out)", HelpName = "METRIC" };

    public Option<TimeSpan?> Ahead { get; } = new("--ahead") { Description = "with --metric: how far, up to 24h (default: 5m)", HelpName = "DURATION", CustomParser = Parse.Duration("--ahead") };

    public Option<bool> Capacity { get; } = new("--capacity") { Description = "when the node, or the pool, is full, by the trend of each day's use" };

    public Option<string?> Agent { get; } = new("--agent", "-a") { Description = "how long this agent's next tasks run", HelpName = "AGENT" };

    public Option<string?> Class { get; } = new("--class") { Description = "with --agent: of this class, or name, of task (default: each that is known)", HelpName = "CLASS" };

    public Option<TimeSpan?> Deadline { get; } = new("--deadline") { Description = "with --agent: also the chance to be done within this time", HelpName = "DURATION", CustomParser = Parse.Duration("--deadline") };

    public Option<string?> Pool { get; } = new("--pool", "-p") { Description = "with --agent or --capacity: in this one (default: default)", HelpName = "POOL" };

    public IEnumerable<Option> All => [Metric, Ahead, Capacity, Agent, Class, Deadline, Pool];

    /// <exception cref="GranaryException">Invalid: what does not go together.</exception>
    public void Check(Call call)
    {
        var (node, agent, capacity) = (call.Get(Node) is not null, call.Get(Agent) is not null, call.Get(Capacity));
        if (node && agent) throw GranaryException.Invalid("a node or an agent, not both");
        if (!node && !agent && !capacity) throw GranaryException.Invalid("of what? name a node, an agent with --agent, or ask for a pool's --capacity");
        if (agent && capacity) throw GranaryException.Invalid("--capacity is for a node or a pool");
        if (call.Get(Ahead) is not null && call.Get(Metric) is null) throw GranaryException.Invalid("--ahead is for one metric; name it with --metric");
        if (call.Get(Metric) is not null && (!node || capacity)) throw GranaryException.Invalid("--metric is for what a node will do");
        if (!agent && (call.Get(Class) is not null || call.Get(Deadline) is not null)) throw GranaryException.Invalid("--class and --deadline are for an agent; name it with --agent");
        if (node && call.Get(Pool) is not null) throw GranaryException.Invalid("--pool is for an agent's tasks, or a pool's --capacity");
    }
}
