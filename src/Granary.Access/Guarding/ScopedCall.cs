using Granary.Abstractions;
using Granary.Access.Rules;
using Granary.Access.Tokens;
using Granary.Model;
using Orleans;

namespace Granary.Access.Guarding;

/// <summary>A call of an agent-owner, or of a machine, on its way to a grain, however it came: its arguments, and its result on the way back.</summary>
/// <param name="caller">Who calls.</param>
/// <param name="grains">For the server's own questions.</param>
public abstract class ScopedCall(Caller caller, IGrainFactory grains)
{
    public Caller Caller { get; } = caller;

    /// <summary>Of the grain that is called.</summary>
    public abstract string Key { get; }

    public abstract object? Result { get; set; }

    /// <summary>Lets the call through.</summary>
    public abstract Task Invoke();

    public abstract T Argument<T>(int index);

    public abstract void SetArgument(int index, object value);

    /// <summary>The grain that is called, for a question before it is: within its own turn where there is one, since a grain that waits for itself waits for ever.</summary>
    protected abstract object Target { get; }

    public IPoolGrain Pool() => (IPoolGrain)Target;

    public IDistributedWorkGrain Work() => (IDistributedWorkGrain)Target;

    public IServiceGrain Service() => (IServiceGrain)Target;

    /// <summary>Where the grain that is called is not the service's own.</summary>
    public IServiceGrain Service(string name) => grains.GetGrain<IServiceGrain>(name);

    public IPoolGrain Pool(string name) => grains.GetGrain<IPoolGrain>(name);

    /// <exception cref="AccessDeniedException">The agent is not the caller's.</exception>
    public void RequireAgent(string agent)
    {
        if (!Caller.Owns(agent)) throw new AccessDeniedException($"{Caller} may not use agent '{(Names.IsValid(agent) ? agent : "?")}'; ask for a token that names it");
    }

    /// <exception cref="AccessDeniedException">The caller's token is for other nodes.</exception>
    public void RequireNode(string node)
    {
        if (!Caller.MayBe(node)) throw new AccessDeniedException($"{Caller} may not be node '{(Names.IsValid(node) ? node : "?")}'; give the node one of these names, or ask for a token that names it ('granary token create --role node --node NAME')");
    }

    /// <exception cref="AccessDeniedException">The task belongs to an agent that is not the caller's.</exception>
    public void RequireTask(TaskView task)
    {
        if (!Caller.Owns(task.Spec.Agent)) throw new AccessDeniedException($"task {task.Id} is not of an agent of {Caller}; ask for a token that names its agent");
    }

    /// <summary>Lets the call through and keeps of its list what belongs to the caller's agents.</summary>
    public async Task Filter<T>(Func<T, string> agentOf)
    {
        await Invoke();
        if (Result is IReadOnlyList<T> all) Result = all.Where(x => Caller.Owns(agentOf(x))).ToArray();
    }
}
