using System.CommandLine;
using Granary.Cli.CommandLine;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>What <c>submit</c> can say of a task, and the spec that this makes.</summary>
internal sealed class SubmitOptions
{
    public Option<string> Agent { get; } = new("--agent", "-a") { Description = "whose share it uses", HelpName = "AGENT", Required = true };

    public Option<string?> Pool { get; } = new("--pool", "-p") { Description = "where it runs (default: default)", HelpName = "POOL" };

    public Option<string?> Name { get; } = new("--name") { Description = "shown in lists", HelpName = "NAME" };

    public Option<long> Cpu { get; } = new("--cpu") { Description = "cores (default: 1)", HelpName = "500m", CustomParser = Parse.Amount(ResourceNames.Cpu, "--cpu") };

    public Option<long> Memory { get; } = new("--memory", "-m") { Description = "memory", HelpName = "64Mi", CustomParser = Parse.Amount(ResourceNames.Memory, "--memory") };

    public Option<long> Gpu { get; } = new("--gpu") { Description = "devices or parts of one", HelpName = "1", CustomParser = Parse.Amount(ResourceNames.Gpu, "--gpu") };

    public Option<ResourceSet> Custom { get; } = new("--custom") { Description = "any other resource; may be repeated", HelpName = "NAME=N", CustomParser = Parse.Resources("--custom") };

    public Option<int> Priority { get; } = new("--priority") { Description = "higher goes first within the agent, -1000 to 1000", HelpName = "N" };

    public Option<TimeSpan?> Deadline { get; } = new("--deadline") { Description = "must have ended this long from now", HelpName = "30s", CustomParser = Parse.Duration("--deadline") };

    public Option<TimeSpan?> Duration { get; } = new("--duration") { Description = "your estimate of its run time", HelpName = "10s", CustomParser = Parse.Duration("--duration") };

    public Option<TimeSpan?> TimeLimit { get; } = new("--time-limit") { Description = "stop it after running this long", HelpName = "5m", CustomParser = Parse.Duration("--time-limit") };

    public Option<int> Count { get; } = new("--count") { Description = "that many of it, as an array", HelpName = "N" };

    public Option<string[]> After { get; } = new("--after") { Description = "only when this task has succeeded; may be repeated", HelpName = "ID" };

    public Option<int> Retries { get; } = new("--retries") { Description = "further attempts when it fails", HelpName = "N" };

    public Option<IReadOnlyDictionary<string, string>> Label { get; } = new("--label") { Description = "may be repeated", HelpName = "K=V", CustomParser = Parse.Pairs("--label") };

    public Option<IReadOnlyDictionary<string, string>> Env { get; } = new("--env", "-e") { Description = "variable for its environment; may be repeated", HelpName = "K=V", CustomParser = Parse.Pairs("--env") };

    public Option<string?> Directory { get; } = new("--directory") { Description = "where it runs (default: a directory of its own)", HelpName = "DIR" };

    public Option<bool> Shell { get; } = new("--shell") { Description = "the command is a line for /bin/sh" };

    public Option<string?> Handler { get; } = new("--handler") { Description = "run in the node's agent instead of a process", HelpName = "NAME" };

    public ActionOptions Action { get; } = new();

    public Option<bool> MayFail { get; } = new("--may-fail") { Description = "its failure fails nothing else" };

    public Option<bool> Gang { get; } = new("--gang") { Description = "all of --count start together or none does" };

    public Option<bool> WholeCores { get; } = new("--whole-cores") { Description = "round --cpu up to whole cores" };

    public Option<bool> NeverPreempted { get; } = new("--never-preempted") { Description = "stop it for no other task's sake" };

    public Option<TimeSpan?> CheckpointEvery { get; } = new("--checkpoint-every") { Description = "how often it writes a checkpoint it can go on from", HelpName = "5m", CustomParser = Parse.Duration("--checkpoint-every") };

    public PlacementOptions Placement { get; } = new();

    public IsolationOptions Isolation { get; } = new();

    public Option<string?> OperationId { get; } = new("--operation-id") { Description = "submitting again with the same one admits nothing twice", HelpName = "TEXT" };

    public Option<bool> Wait { get; } = new("--wait") { Description = "until all have ended: exit 0 when all succeeded, else 1" };

    public Argument<string[]> Command { get; } = new("command") { Description = "program and arguments, after --", HelpName = "-- CMD...", Arity = ArgumentArity.ZeroOrMore };

    public SubmitOptions()
    {
        Count.Validators.Add(Parse.AtLeast("--count", 1));
        Retries.Validators.Add(Parse.AtLeast("--retries", 0));
    }

    public IEnumerable<Option> All =>
    [
        Agent, Pool, Name, Cpu, Memory, Gpu, Custom, Priority, Deadline, Duration, TimeLimit, Count, After, Retries, Label, Env, Directory,
        Shell, Handler, .. Action.All, MayFail, Gang, WholeCores, NeverPreempted, CheckpointEvery, .. Placement.All, .. Isolation.All, OperationId, Wait,
    ];

    private TaskTerms? Terms(Call call)
    {
        var terms = new TaskTerms
        {
            Gang = call.Get(Gang),
            WholeCores = call.Get(WholeCores),
            NeverPreempted = call.Get(NeverPreempted),
            CheckpointEvery = call.Get(CheckpointEvery),
            Class = call.Get(Placement.Class) ?? "",
            Placement = Placement.Terms(call),
            Isolation = Isolation.Value(call),
            Action = Action.Read(call),
        };
        return terms == new TaskTerms() ? null : terms;
    }

    /// <summary>A process asks for one core unless it says otherwise; where something or somebody else works, for nothing.</summary>
    /// <exception cref="GranaryException">Invalid: what does not go together, or cannot be read.</exception>
    public TaskSpec Spec(Call call)
    {
        var command = call.Get(Command) ?? [];
        var handler = call.Get(Handler) ?? "";
        var custom = call.Get(Custom) ?? ResourceSet.Zero;
        var terms = Terms(call);
        var kind = Executors.Of(new TaskSpec { Agent = "", Command = command, Handler = handler, Terms = terms });
        var spec = new TaskSpec
        {
            Agent = call.Get(Agent)!,
            Name = call.Get(Name) is { Length: > 0 } name ? name : NameOf(kind, command, handler, terms?.Action),
            Command = command,
            Handler = handler,
            Shell = call.Get(Shell),
            WorkingDirectory = call.Get(Directory) is { Length: > 0 } directory ? Path.GetFullPath(directory) : "",
            Environment = call.Get(Env) is { Count: > 0 } env ? env : null,
            Resources = custom with
            {
                CpuMilli = call.Has(Cpu) ? call.Get(Cpu) : custom.CpuMilli > 0 || Executors.IsIdle(kind) ? custom.CpuMilli : 1000,
                MemoryMiB = call.Has(Memory) ? call.Get(Memory) : custom.MemoryMiB,
                GpuMilli = call.Has(Gpu) ? call.Get(Gpu) : custom.GpuMilli,
            },
            Priority = call.Get(Priority),
            Deadline = call.Get(Deadline),
            Duration = call.Get(Duration),
            TimeLimit = call.Get(TimeLimit),
            Retries = call.Get(Retries),
            Labels = call.Get(Label) is { Count: > 0 } labels ? labels : null,
            MayFail = call.Get(MayFail),
            Terms = terms,
        };
        return ActionRules.Problem(spec) is { } problem ? throw GranaryException.Invalid($"the task {problem}") : spec;
    }

    private static string NameOf(ExecutorKind kind, string[] command, string handler, TaskAction? action)
    {
        var name = kind switch
        {
            ExecutorKind.Handler => handler,
            ExecutorKind.Http => Uri.TryCreate(action!.Http!.Url, UriKind.Absolute, out var uri) ? uri.Host : "http",
            ExecutorKind.Manual => "manual",
            ExecutorKind.Container when command.Length == 0 => action!.Container!.Image.Split('/')[^1].Split(':', '@')[0],
            _ => command.Length == 0 ? "" : Path.GetFileName(command[0].Split(' ')[0]),
        };
        return name;
    }
}
