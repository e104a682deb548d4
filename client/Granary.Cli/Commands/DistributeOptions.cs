using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Distribution.Requests;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>What <c>distribute</c> can say of work, and the request that this makes.</summary>
internal sealed class DistributeOptions
{
    public Option<string?> Agent { get; } = new("--agent", "-a") { Description = "whose share it uses; needed without a file", HelpName = "AGENT" };

    public Option<string?> Pool { get; } = new("--pool", "-p") { Description = "where it runs (default: default)", HelpName = "POOL" };

    public Option<string?> Name { get; } = new("--name") { Description = "shown in lists", HelpName = "NAME" };

    public Option<int> Partitions { get; } = new("--partitions", "-n") { Description = "by count: so many", HelpName = "N" };

    public Option<string[]> Input { get; } = new("--input", "-i") { Description = "a file that it is about; may be repeated. {} in the command stands for it", HelpName = "PATH", AllowMultipleArgumentsPerToken = true };

    public Option<string?> InputsFrom { get; } = new("--inputs-from") { Description = "inputs from a file, one a line; - for standard input", HelpName = "FILE" };

    public Option<long> PartitionSize { get; } = new("--partition-size") { Description = "by size: about so much goes into one", HelpName = "64Mi", CustomParser = Bytes("--partition-size") };

    public Option<bool> Split { get; } = new("--split") { Description = "by size: cut larger inputs into ranges ({offset}, {length})" };

    public Option<string?> Output { get; } = new("--output-dir") { Description = "each partition's standard output becomes a file in this directory, which every node sees", HelpName = "DIR" };

    public Option<long> Cpu { get; } = new("--cpu") { Description = "cores of a task (default: 1)", HelpName = "500m", CustomParser = Parse.Amount(ResourceNames.Cpu, "--cpu") };

    public Option<long> Memory { get; } = new("--memory", "-m") { Description = "memory of a task", HelpName = "64Mi", CustomParser = Parse.Amount(ResourceNames.Memory, "--memory") };

    public Option<IReadOnlyDictionary<string, string>> Env { get; } = new("--env", "-e") { Description = "variable for its environment; may be repeated", HelpName = "K=V", CustomParser = Parse.Pairs("--env") };

    public Option<bool> Shell { get; } = new("--shell") { Description = "the command is a line for /bin/sh" };

    public Option<TimeSpan?> BatchGoal { get; } = new("--batch-goal") { Description = "small partitions are put together until a task takes this long (default: 5s; 0s for one each)", HelpName = "5s", CustomParser = Parse.Duration("--batch-goal") };

    public Option<int> Workers { get; } = new("--workers") { Description = "most tasks at once (default: as many as there is room for)", HelpName = "N" };

    public Option<int> Retries { get; } = new("--retries") { Description = "further tries of a partition that fails (default: 3)", HelpName = "N" };

    public Option<PoisonPolicy> OnPoison { get; } = new("--on-poison") { Description = "when a partition fails every time: fail, or skip it", HelpName = "fail|skip", CustomParser = Parse.Word<PoisonPolicy>("--on-poison") };

    public Option<bool> NoStealing { get; } = new("--no-stealing") { Description = "idle nodes take nothing whose data lies elsewhere" };

    public Option<bool> NoSpeculation { get; } = new("--no-speculation") { Description = "stragglers are not run again elsewhere" };

    public Option<string?> Id { get; } = new("--id") { Description = "distributing the same again under this id changes nothing", HelpName = "ID" };

    public Option<bool> Wait { get; } = new("--wait") { Description = "until it has ended: exit 0 when it succeeded, else 1" };

    public Argument<string[]> Words { get; } = new("file or command") { Description = "a file of work (YAML or JSON), or program and arguments after --", HelpName = "FILE | -- CMD...", Arity = ArgumentArity.ZeroOrMore };

    public DistributeOptions()
    {
        Partitions.Validators.Add(Parse.AtLeast("--partitions", 1));
        Workers.Validators.Add(Parse.AtLeast("--workers", 1));
        Retries.Validators.Add(Parse.AtLeast("--retries", 0));
    }

    public IEnumerable<Option> All =>
    [
        Agent, Pool, Name, Partitions, Input, InputsFrom, PartitionSize, Split, Output, Cpu, Memory, Env, Shell, BatchGoal, Workers, Retries, OnPoison, NoStealing, NoSpeculation, Id, Wait,
    ];

    /// <summary>The request that options and command make.</summary>
    public WorkRequest Request(Call call, TextReader standardInput)
    {
        var inputs = (call.Get(Input) ?? []).Concat(Lines(call, standardInput)).Select(Measured).ToArray();
        return new WorkRequest
        {
            Agent = call.Get(Agent) is { Length: > 0 } agent ? agent : throw GranaryException.Invalid("--agent is missing; say whose share it uses"),
            Pool = call.Get(Pool),
            Name = call.Get(Name),
            Command = new Distribution.Requests.WorkCommand(call.Get(Words)!, call.Get(Shell)),
            Env = call.Get(Env) is { Count: > 0 } env ? env : null,
            Resources = new ResourceSet { CpuMilli = call.Has(Cpu) ? call.Get(Cpu) : 1000, MemoryMiB = call.Get(Memory) },
            Partitions = call.Has(Partitions) ? call.Get(Partitions) : null,
            PartitionSize = call.Has(PartitionSize) ? new WorkBytes(call.Get(PartitionSize)) : null,
            Split = call.Get(Split) ? true : null,
            Inputs = inputs.Length > 0 ? inputs : null,
            Output = call.Get(Output) is { Length: > 0 } output ? Path.GetFullPath(output) : null,
            Batch = call.Get(BatchGoal) is { } goal ? new BatchRequest { Goal = goal } : null,
            Workers = call.Has(Workers) ? call.Get(Workers) : null,
            Retries = call.Has(Retries) ? call.Get(Retries) : null,
            OnPoison = call.Get(OnPoison),
            Stealing = call.Get(NoStealing) ? new StealingRequest { Enabled = false } : null,
            Speculation = call.Get(NoSpeculation) ? new SpeculationRequest { Enabled = false } : null,
        };
    }

    private IEnumerable<string> Lines(Call call, TextReader standardInput)
    {
        if (call.Get(InputsFrom) is not { Length: > 0 } file) return [];
        try
        {
            var text = file == "-" ? standardInput.ReadToEnd() : File.ReadAllText(file);
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GranaryException.Invalid($"--inputs-from {file}: {e.Message}");
        }
    }

    /// <summary>A file that is here is named by its full path, with its size; what is not here goes as it is written.</summary>
    private static InputRequest Measured(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? new InputRequest(info.FullName, info.Length) : new InputRequest(path);
    }

    private static Func<System.CommandLine.Parsing.ArgumentResult, long> Bytes(string option) => result =>
    {
        if (Quantity.TryParseBytes(result.Tokens[0].Value, out var bytes, out var error)) return bytes;
        result.AddError($"{option}: {error}");
        return 0;
    };
}
