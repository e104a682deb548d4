using System.Reflection;

namespace Granary.Client.Tests;

/// <summary>
/// Stands for a grain and hands each call to the method of that name on a plain object. The fakes implement no grain interface themselves:
/// a host in this process would take them for grain classes.
/// </summary>
public class Forward : DispatchProxy
{
    private object _target = null!;

    public static T To<T>(object target) where T : class
    {
        var proxy = Create<T, Forward>();
        ((Forward)(object)proxy)._target = target;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = _target.GetType().GetMethod(targetMethod!.Name)
            ?? throw new NotSupportedException($"{_target.GetType().Name} does not do {targetMethod.Name}");
        return method.Invoke(_target, BindingFlags.DoNotWrapExceptions, null, args, null);
    }
}
