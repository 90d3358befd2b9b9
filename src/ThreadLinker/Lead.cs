namespace Pipeline.ThreadLinker;

/// <summary>The person, to one business.</summary>
/// <param name="businessId">The business.</param>
/// <param name="id">The number, from 1, in the order of the business's events.</param>
/// <param name="isNew">True when the lead is not stored yet.</param>
public sealed class Lead(long businessId, long id, bool isNew)
{
    private Lead? mergedInto;

    /// <summary>The business.</summary>
    public long BusinessId => businessId;

    /// <summary>The number, from 1, in the order of the business's events.</summary>
    public long Id => id;

    /// <summary>True when the lead is not stored yet.</summary>
    public bool IsNew => isNew;

    /// <summary>True when a CRM owns the lead.</summary>
    public bool IsOwnedByCrm { get; init; }

    /// <summary>The best evidence of a phone so far; null when none is known.</summary>
    public PhoneEvidence? Phone { get; private set; }

    /// <summary>The newest name the person chose; null when none is known.</summary>
    public PushName? PushName { get; private set; }

    /// <summary>The conversation with this lead; null when there has been none.</summary>
    public LinkedConversation? Conversation { get; set; }

    /// <summary>True when phone or name differ from what is stored.</summary>
    public bool HasLearned { get; private set; }

    /// <summary>True when the lead has become part of another.</summary>
    public bool IsMerged => mergedInto is not null;

    /// <summary>The lead that stands for this person now: itself, or the last survivor.</summary>
    public Lead Survivor
    {
        get
        {
            var at = this;
            while (at.mergedInto is { } next) at = next;
            return at;
        }
    }

    /// <summary>A lead as it is stored.</summary>
    public static Lead Stored(long businessId, long id, bool isOwnedByCrm, PhoneEvidence? phone, PushName? pushName, LinkedConversation? conversation) =>
        new(businessId, id, isNew: false) { IsOwnedByCrm = isOwnedByCrm, Phone = phone, PushName = pushName, Conversation = conversation };

    /// <summary>Takes the evidence if it is better than what is known.</summary>
    public void Learn(PhoneEvidence? evidence)
    {
        if (evidence is not { } found || (Phone is { } known && !found.Beats(known))) return;
        Phone = found;
        HasLearned = true;
    }

    /// <summary>Takes the name if it is newer than the one that is known.</summary>
    public void Learn(PushName? name)
    {
        if (name is not { } found || (PushName is { } known && !found.Beats(known))) return;
        PushName = found;
        HasLearned = true;
    }

    /// <summary>
    /// True when this lead goes on and the other ends, should the two be one person: the one a CRM owns, else the one with a phone, else
    /// the older. Between two that a CRM owns, the older: a phone may come later and must not change the answer.
    /// </summary>
    public bool Outlives(Lead other)
    {
        if (IsOwnedByCrm != other.IsOwnedByCrm) return IsOwnedByCrm;
        if (!IsOwnedByCrm && Phone.HasValue != other.Phone.HasValue) return Phone.HasValue;
        return Id < other.Id;
    }

    /// <summary>Becomes part of another lead, which takes over what was known.</summary>
    public void MergeInto(Lead survivor)
    {
        survivor.Learn(Phone);
        survivor.Learn(PushName);
        mergedInto = survivor;
    }
}
