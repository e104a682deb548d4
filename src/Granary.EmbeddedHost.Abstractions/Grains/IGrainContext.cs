namespace Orleans.Runtime;

/// <summary>One activation of a grain.</summary>
public interface IGrainContext : IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }

    GrainId GrainId { get; }

    /// <summary>The grain; null until the activation has made it.</summary>
    object? GrainInstance { get; }

    IServiceProvider ActivationServices { get; }

    IGrainLifecycle ObservableLifecycle { get; }

    IWorkItemScheduler Scheduler { get; }

    /// <summary>Completes when the activation has ended.</summary>
    Task Deactivated { get; }

    TComponent? GetComponent<TComponent>() where TComponent : class;

    void SetComponent<TComponent>(TComponent? value) where TComponent : class;

    /// <summary>Ends the activation when its running requests are done.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>Queues work on the turns of one activation.</summary>
public interface IWorkItemScheduler
{
    void QueueAction(Action action);

    void QueueTask(Task task);
}

/// <summary>The context of the turn that the calling thread runs.</summary>
public interface IGrainContextAccessor
{
    /// <summary>The context of the running turn; null outside turns.</summary>
    IGrainContext GrainContext { get; }
}

/// <summary>What the calling thread runs.</summary>
internal static class RuntimeContext
{
    [ThreadStatic]
    private static IGrainContext? _current;

    internal static IGrainContext? Current
    {
        get => _current;
        set => _current = value;
    }
}
