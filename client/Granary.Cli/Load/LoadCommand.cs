using System.CommandLine;
using System.Globalization;
using Granary.Cli.CommandLine;
using Granary.Cli.Load.Flood;
using Granary.Cli.Load.Steady;
using Granary.Client;
using Granary.Model;

namespace Granary.Cli.Load;

/// <summary><c>load</c>: a steady rate of calls against a server, with percentiles that a server which stands still cannot hide from.</summary>
internal static class LoadCommand
{
    public static Command Create(CommandScope scope)
    {
        var pool = new Option<string?>("--pool", "-p") { Description = "where tasks go (default: default)", HelpName = "POOL" };
        var rate = new Option<double?>("--rate") { Description = "calls a second (default 100)", HelpName = "N" };
        var duration = new Option<TimeSpan?>("--duration") { Description = "how long (default 10s)", HelpName = "D", CustomParser = Parse.Duration("--duration") };
        var poisson = new Option<bool>("--poisson") { Description = "random arrivals about the rate instead of even ones" };
        var seed = new Option<int?>("--seed") { Description = "of arrivals and mix (default 1)", HelpName = "N" };
        var clients = new Option<int?>("--clients") { Description = "connections (default 1)", HelpName = "N" };
        var agent = new Option<string?>("--agent", "-a") { Description = "who submits (default load)", HelpName = "A" };
        var agents = new Option<int?>("--agents") { Description = "so many agents in turn: A-1 and on (default 1: A itself)", HelpName = "N" };
        var batch = new Option<int?>("--batch") { Description = "tasks in a submission (default 1)", HelpName = "N" };
        var mix = new Option<LoadMix?>("--mix") { Description = "parts of calls, like submit=90,query=5,wait=3,cancel=2 (default: submit alone; with --steady that example)", HelpName = "MIX", CustomParser = Mix };
        var underWay = new Option<int?>("--under-way") { Description = "calls that may be unanswered at once (default 10000)", HelpName = "N" };
        var handler = new Option<string?>("--handler") { Description = "what tasks run without COMMAND (default noop)", HelpName = "H" };
        var steady = new Option<TimeSpan?>("--steady") { Description = "find the most that a server of its own keeps up with, hold half of it so long, and report what grows", HelpName = "D", CustomParser = Parse.Duration("--steady") };
        var slope = new Option<bool>("--check-slope") { Description = "with --steady: exit 1 when memory, handles, threads or times grow" };
        var flood = new Option<TimeSpan?>("--flood") { Description = "measure a quiet client alone and beside a flood of another, each so long, on servers of its own", HelpName = "D", CustomParser = Parse.Duration("--flood") };
        var rounds = new Option<int?>("--rounds") { Description = "with --flood: how often (default 3); the median counts", HelpName = "N" };
        var rest = new Option<string?>("--rest") { Description = "submit by REST to this address, like http://127.0.0.1:8080, instead of by the SDK; with --flood: rest, for a flood by REST", HelpName = "URL" };
        var within = new Option<double?>("--within") { Description = "with --flood: exit 1 when the 99th percentile beside the flood is over so many times that alone", HelpName = "N" };
        var words = new Argument<string[]>("command") { Description = "what tasks run", HelpName = "COMMAND", Arity = ArgumentArity.ZeroOrMore };
        Option[] counts = [clients, agents, batch, underWay, rounds];
        foreach (var option in counts) option.Validators.Add(Parse.AtLeast(option.Name, 1));
        var command = new Command("load", "hold a steady rate of calls and report percentiles from when each was meant to begin")
        {
            pool, rate, duration, poisson, seed, clients, agent, agents, batch, mix, underWay, handler, steady, slope, flood, rounds, within, rest, words,
        };
        return scope.Does(command, async (call, cancel) =>
        {
            var standard = new LoadOptions();
            var options = standard with
            {
                Pool = call.Get(pool) ?? standard.Pool,
                Rate = call.Get(rate) ?? standard.Rate,
                Duration = call.Get(duration) ?? standard.Duration,
                Poisson = call.Get(poisson),
                Seed = call.Get(seed) ?? standard.Seed,
                Clients = call.Get(clients) ?? standard.Clients,
                Agent = call.Get(agent) ?? standard.Agent,
                Agents = call.Get(agents) ?? standard.Agents,
                Batch = call.Get(batch) ?? standard.Batch,
                Mix = call.Get(mix) ?? (call.Get(steady) is null ? standard.Mix : LoadMix.Everyday),
                UnderWay = call.Get(underWay) ?? standard.UnderWay,
                Command = call.Get(words) ?? [],
                Handler = call.Get(handler) ?? standard.Handler,
            };
            if (!(options.Rate > 0 && options.Rate <= 10_000_000))
                throw GranaryException.Invalid(string.Create(CultureInfo.InvariantCulture, $"--rate is {options.Rate}; it must be over 0 and at most 10000000"));
            if (call.Get(slope) && call.Get(steady) is null) throw GranaryException.Invalid("--check-slope needs --steady, like --steady 10m");
            if ((call.Get(rounds) is not null || call.Get(within) is not null) && call.Get(flood) is null) throw GranaryException.Invalid("--rounds and --within need --flood, like --flood 5s");
            if (call.Get(flood) is { } each) return await Flood(call, each, call.Get(rounds) ?? 3, call.Get(within), call.Get(rest) is not null, cancel);
            return call.Get(steady) is { } span ? await Steady(call, options, span, call.Get(slope), cancel) : await Once(call, options, Address(call.Get(rest)), cancel);
        });
    }

    /// <summary>Exit 1 when nothing was answered well.</summary>
    private static async Task<int> Once(Call call, LoadOptions options, Uri? rest, CancellationToken cancel)
    {
        var clients = new List<GranaryClient>();
        using var submitter = rest is null ? null : new RestSubmitter(rest, Environment.GetEnvironmentVariable(GranaryClientOptions.TokenVariable));
        try
        {
            for (var i = 0; i < options.Clients; i++) clients.Add(await call.ConnectAnother(cancel));
            var record = new LoadRecord();
            var elapsed = await new OpenLoop(TimeProvider.System, options.UnderWay)
                .RunAsync(options.Schedule(), options.Duration, new LoadClients(clients, options, submitter).Next, record, cancel);
            var report = record.Report(options.Rate, elapsed, options.Batch);
            if (call.ForPeople) foreach (var line in report.Lines()) call.Out.WriteLine(line);
            else call.Document(report.ToJson());
            return report.Response.Count > 0 ? ExitCodes.Done : ExitCodes.Failed;
        }
        finally
        {
            foreach (var client in clients) await client.DisposeAsync();
        }
    }

    private static async Task<int> Steady(Call call, LoadOptions options, TimeSpan span, bool check, CancellationToken cancel)
    {
        var report = await new SteadyLoad(options, span, call.Note).RunAsync(cancel);
        if (call.ForPeople) foreach (var line in report.Lines()) call.Out.WriteLine(line);
        else call.Document(report.ToJson());
        return check && !report.Flat ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static async Task<int> Flood(Call call, TimeSpan each, int rounds, double? within, bool byRest, CancellationToken cancel)
    {
        var report = await new FloodLoad(each, rounds, byRest, call.Note).RunAsync(cancel);
        if (call.ForPeople) foreach (var line in report.Lines()) call.Out.WriteLine(line);
        else call.Document(report.ToJson());
        return report.Failed > 0 || report.Worst > within ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static Uri? Address(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw GranaryException.Invalid($"--rest is '{text}'; write the address of a server's HTTP port, like http://127.0.0.1:8080");

    private static LoadMix? Mix(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (LoadMix.TryParse(result.Tokens[0].Value, out var mix)) return mix;
        result.AddError($"--mix is '{result.Tokens[0].Value}'; write parts of submit, query, wait and cancel, like submit=90,query=10");
        return null;
    }
}
