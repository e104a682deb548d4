using System.CommandLine;
using System.CommandLine.Parsing;
using Granary.Cli.CommandLine;
using Granary.Model;

namespace Granary.Cli.Commands;

/// <summary>What <c>submit</c> can say of what a task's processes are kept to.</summary>
internal sealed class IsolationOptions
{
    public Option<TaskIsolation> Isolation { get; } = new("--isolation")
    {
        Description = "what its processes are kept to beyond its resources, such as cpu_quota=200m, processes=64, policy=batch; may be repeated",
        HelpName = "K=V",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Words("--isolation", ""),
    };

    public Option<TaskIsolation> Limit { get; } = new("--limit")
    {
        Description = "a limit of each of its processes by its ulimit's name, such as nofile=1024 or core=0; may be repeated",
        HelpName = "NAME=N",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Words("--limit", IsolationWords.LimitPrefix),
    };

    public IEnumerable<Option> All => [Isolation, Limit];

    public TaskIsolation? Value(Call call) => call.Get(Isolation) is { } isolation ? isolation.Over(call.Get(Limit)) : call.Get(Limit);

    private static Func<ArgumentResult, TaskIsolation> Words(string option, string prefix) => result =>
    {
        var isolation = new TaskIsolation();
        foreach (var token in result.Tokens)
        {
            var equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) result.AddError($"{option} is '{token.Value}'; write NAME=VALUE");
            else if (!IsolationWords.TrySet(ref isolation, prefix + token.Value[..equals], token.Value[(equals + 1)..], out var error)) result.AddError($"{option}: {error}");
        }
        return isolation;
    };
}
