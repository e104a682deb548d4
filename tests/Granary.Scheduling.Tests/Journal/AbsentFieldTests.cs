using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Granary.Model;

namespace Granary.Scheduling.Tests.Journal;

/// <summary>A field that an older build did not know is read as its stated default, not as 0 or false.</summary>
public class AbsentFieldTests
{
    public static TheoryData<Type> Parts => [.. Reached().OrderBy(t => t.Name, StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Every_part_of_a_specification_reads_back_its_defaults(Type part)
    {
        var expected = Activator.CreateInstance(part)!;
        var read = Read(part, Minimal(part));
        foreach (var property in Settable(part))
        {
            if (IsRequired(property)) continue;
            Assert.Equal(property.GetValue(expected), property.GetValue(read));
        }
    }

    [Fact]
    public void There_are_defaults_that_would_be_lost()
    {
        // so that the test above can fail: some part states a default that is not its type's
        Assert.Contains(Reached(), part => Settable(part).Any(p => !IsRequired(p) && p.PropertyType.IsValueType
            && !Equals(p.GetValue(Activator.CreateInstance(part)), Activator.CreateInstance(p.PropertyType))));
    }

    [Fact]
    public void A_policy_of_an_older_build_keeps_the_defaults_of_what_it_did_not_know()
    {
        var policy = SpecExtras.Read("{\"preemption\":{},\"promises\":{},\"overcommit\":{},\"fairness\":{}}", ExtrasJson.Default.PoolPolicy)!;
        Assert.Equal(new PreemptionPolicy(), policy.Preemption);
        Assert.Equal(new PromisePolicy(), policy.Promises);
        Assert.Equal(new OvercommitPolicy(), policy.Overcommit);
        Assert.Equal(new FairnessPolicy(), policy.Fairness);
    }

    [Fact]
    public void What_is_written_reads_back_to_the_same_text()
    {
        foreach (var part in Reached())
        {
            var info = ExtrasJson.Default.GetTypeInfo(part)!;
            var text = JsonSerializer.Serialize(Read(part, Minimal(part)), info);
            Assert.Equal(text, JsonSerializer.Serialize(Read(part, text), info));
        }
    }

    /// <summary>The records below the optional parts that can be made without arguments.</summary>
    private static HashSet<Type> Reached()
    {
        var seen = new HashSet<Type>();
        var open = new Stack<Type>([typeof(TaskTerms), typeof(AgentTerms), typeof(NodeTraits), typeof(PoolPolicy), typeof(GroupSpec)]);
        while (open.TryPop(out var type))
        {
            if (type.Namespace != typeof(PoolPolicy).Namespace || !type.IsClass || type.GetConstructor(Type.EmptyTypes) is null || !seen.Add(type)) continue;
            foreach (var property in Settable(type))
            {
                open.Push(property.PropertyType);
                foreach (var argument in property.PropertyType.GetGenericArguments()) open.Push(argument);
            }
        }
        return seen;
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) => type.GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0);

    private static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    private static string Minimal(Type part)
    {
        var required = Settable(part).Where(IsRequired).Select(p =>
            $"\"{JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)}\":{(p.PropertyType == typeof(string) ? "\"x\"" : p.PropertyType.IsPrimitive ? "0" : "{}")}");
        return $"{{{string.Join(',', required)}}}";
    }

    private static object Read(Type part, string text) => typeof(SpecExtras).GetMethod(nameof(SpecExtras.Read))!.MakeGenericMethod(part)
        .Invoke(null, [text, (JsonTypeInfo)ExtrasJson.Default.GetTypeInfo(part)!])!;
}
